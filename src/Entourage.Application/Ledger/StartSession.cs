using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Agents;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Events;
using Entourage.Application.Prices;
using Entourage.Application.Sessions;
using Entourage.Application.Stops;
using Entourage.Domain.Access;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>Starts a session, unless a pause applies or a hard budget has nothing left (rule 4).</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task, if any.</param>
/// <param name="Model">The model; null for the agent's default.</param>
/// <param name="ParentSessionId">The parent session, which must belong to the same agent unless a lead or an admin starts it.</param>
/// <param name="ParentToken">A one-time token of another agent's session, which becomes the parent.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
public sealed record StartSessionCommand(
    Guid? AgentId, long? TaskId, string? Model, long? ParentSessionId, string? ParentToken, string? IdempotencyKey)
    : ILedgerCommand<SessionResponse>, IIdempotentCommand
{
    /// <summary>Its own labels by key, beside those that it inherits from the parent session; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init => field = RequestedLabels.Sort(value); }

    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(AgentId is { } id ? Resource.Agent(id) : null);

    /// <inheritdoc/>
    public string IdempotencyScope => $"agents/{AgentId}/sessions";
}

internal sealed class StartSessionValidator : AbstractValidator<StartSessionCommand>
{
    public StartSessionValidator()
    {
        RuleFor(command => command.AgentId).NotEmpty();
        RuleFor(command => command.Model).OptionalLine(Agent.ModelLength);
        RuleFor(command => command.ParentToken).OptionalLine(ChildToken.TextLength);
        RuleFor(command => command.Labels).Labels();
    }
}

internal sealed class StartSessionHandler(IBudgetLedger ledger, AgentMoves moves, CallerContext callers, IdempotentReplay replay, TimeProvider time)
    : IRequestHandler<StartSessionCommand, SessionResponse>
{
    public async Task<SessionResponse> Handle(StartSessionCommand request, CancellationToken cancellationToken)
    {
        var entry = new StartSessionEntry(
            request.AgentId!.Value,
            request.TaskId,
            request.Model,
            request.ParentSessionId,
            request.ParentToken is { } text ? ChildToken.HashOf(text) : null,
            MayNameAnyParent: callers.Current.Role != CallerRole.Agent,
            time.GetUtcNow(),
            IdempotencyToken.Of(request))
        {
            Labels = RequestedLabels.ToSet(request.Labels),
        };
        try
        {
            return replay.Note(await ledger.WriteAsync(entry, cancellationToken));
        }
        catch (MoveDueException)
        {
            await moves.MakeDueAsync(entry.AgentId, cancellationToken);
            return replay.Note(await ledger.WriteAsync(entry, cancellationToken));
        }
    }
}

/// <summary>Starts a session, unless a pause applies or a hard budget has nothing left (rule 4).</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task, if any.</param>
/// <param name="Model">The model; null for the agent's default.</param>
/// <param name="ParentSessionId">The parent session, if any.</param>
/// <param name="ParentTokenHash">The hash of a child token; null for none. The session of the token becomes the parent.</param>
/// <param name="MayNameAnyParent">Whether the caller has rights over all agents of the team.</param>
/// <param name="Now">The current time (UTC).</param>
/// <param name="Idempotency">The caller's key; null for none.</param>
public sealed record StartSessionEntry(
    Guid AgentId,
    long? TaskId,
    string? Model,
    long? ParentSessionId,
    byte[]? ParentTokenHash,
    bool MayNameAnyParent,
    DateTimeOffset Now,
    IdempotencyToken? Idempotency) : LedgerEntry<SessionResponse>(Now, Idempotency)
{
    /// <summary>Its own labels, beside those of the parent session.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    internal override LedgerEntryKind Kind => LedgerEntryKind.StartSession;

    internal override long? NamedSession => ParentSessionId;

    internal override IReadOnlyList<Budget> BudgetsOfNewSession(LedgerLoader loader) => loader.Starts.BudgetsOf(this, loader.WorkingSet);

    internal override async ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        var (workingSet, starts) = (ledger.WorkingSet, ledger.Loader.Starts);
        var agent = starts.FindAgent(AgentId) ?? throw new NotFoundException("agent", AgentId);
        if (agent.MovesAt <= Now)
        {
            throw new MoveDueException();
        }

        var task = FindTask(agent, starts);
        var token = FindToken(agent, ledger);
        var parent = FindParent(agent, token, ledger);
        var session = agent.NewSession(task, parent, Model, Labels, Now);
        if (agent.RefusesUnpriced && session.Model is { } model && workingSet.PricesOf(session).Find(model, Now) is null)
        {
            throw StoredPrices.Refused(model);
        }

        if (FindPause(agent, parent, workingSet) is { } paused)
        {
            return LedgerOutcome.Refused(PausedRefusal.Of(paused));
        }

        if (BudgetExceededException.OfStart(workingSet.PositionOf(session.Policy.BudgetsAt(Now))) is { } refusal)
        {
            return LedgerOutcome.Refused(refusal);
        }

        session = await starts.AddAsync(session, token, workingSet);
        var response = workingSet.ResponseOf(session.Id, Now);
        workingSet.Add(TeamEventFactory.Of(response, session.Policy.TeamId, Now));
        ledger.Alerts.InspectStart(
            session, await starts.FindOthersOnTaskAsync(session, workingSet), await starts.CountBelowTopAsync(session, workingSet), Now);
        return LedgerOutcome.Accepted(response);
    }

    private StartingTask? FindTask(StartingAgent agent, SessionStarts starts)
    {
        if (TaskId is not { } id)
        {
            return null;
        }

        var task = starts.FindTask(id);
        if (task is null || task.TeamId != agent.Policy.TeamId)
        {
            throw new NotFoundException("task", id);
        }

        return task.BlockedBy.Count == 0
            ? task
            : throw new ConflictException(
                "task-blocked",
                $"Task {id} depends on tasks that are not done: {string.Join(", ", task.BlockedBy)}. Finish them first.",
                new Dictionary<string, object?> { ["blocked_by"] = task.BlockedBy });
    }

    /// <summary>Returns the child token; null if the start has none. A token is used once.</summary>
    /// <exception cref="ForbiddenException">The token is unknown or not for this agent. The message does not tell which.</exception>
    private ChildToken? FindToken(StartingAgent agent, LedgerTransaction ledger)
    {
        if (ParentTokenHash is null)
        {
            return null;
        }

        var token = ledger.Loader.Starts.FindToken(ParentTokenHash);
        if (token is null || !token.Allows(AgentId, Now) || ledger.WorkingSet.FindSession(token.SessionId)?.Policy.TeamId != agent.Policy.TeamId)
        {
            throw new ForbiddenException(
                "The 'parent_token' is unknown, was used, has expired, or is for another agent. Ask the agent of the parent session for a new one.");
        }

        return ParentSessionId is null || ParentSessionId == token.SessionId
            ? token
            : throw new InvalidInputException("parent_session_id", "'parent_session_id' and 'parent_token' must name the same session. Leave one of them out.");
    }

    /// <summary>Returns the parent session, which is active; null if there is none.</summary>
    /// <exception cref="ForbiddenException">The session belongs to another agent, and the caller has no rights over it.</exception>
    private LedgerSession? FindParent(StartingAgent agent, ChildToken? token, LedgerTransaction ledger)
    {
        if ((token?.SessionId ?? ParentSessionId) is not { } id)
        {
            return null;
        }

        var parent = ledger.GetSession(id);
        if (parent.Policy.TeamId != agent.Policy.TeamId)
        {
            throw parent.Policy.AgentId == AgentId
                ? new InvalidInputException(
                    "parent_session_id", $"Session {id} started before the agent moved to its present team, so it cannot be the parent. Start a session without a parent.")
                : new NotFoundException("session", id);
        }

        // A child spends from its parent's cap and can have the whole tree killed (rule 16). A lead has rights over both agents.
        if (token is null && parent.Policy.AgentId != AgentId && !MayNameAnyParent)
        {
            throw new ForbiddenException(
                $"Session {id} belongs to another agent, so it cannot be the parent. Ask that agent for a one-time token "
                + $"(POST /sessions/{id}/child-tokens) and send it as 'parent_token'.");
        }

        Session.EnsureCanHaveChild(id, parent.State.Status, parent.Policy.SessionPath.Count);
        return parent;
    }

    private PauseInForce? FindPause(StartingAgent agent, LedgerSession? parent, LedgerWorkingSet workingSet)
    {
        var agents = parent is null ? [AgentId] : workingSet.AgentsOf(parent).Prepend(AgentId);
        var pauses = PauseInForce.Of(
            workingSet.FindPause(agent.Policy.OrganisationId), workingSet.FindPause(agent.Policy.TeamId), agents.Select(workingSet.FindPause), Now);
        return pauses is [var widest, ..] ? widest : null;
    }
}
