using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Application.Prices;
using Entourage.Application.Stops;
using Entourage.Domain.Access;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>Starts a session, unless a pause applies or a hard budget has nothing left (rule 4).</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task, if any.</param>
/// <param name="Model">The model; null for the agent's default.</param>
/// <param name="ParentSessionId">The parent session, which must belong to the same agent unless a lead or an admin starts it.</param>
/// <param name="ParentToken">A one-time token of another agent's session, which becomes the parent.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
public sealed record StartSessionCommand(
    Guid? AgentId, long? TaskId, string? Model, long? ParentSessionId, string? ParentToken, string? IdempotencyKey)
    : ICommand<SessionResponse>, IIdempotentCommand
{
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
    }
}

internal sealed class StartSessionHandler(IEntourageDb db, IBudgetLedger ledger, CallerContext callers, TimeProvider time)
    : IRequestHandler<StartSessionCommand, SessionResponse>
{
    public async Task<SessionResponse> Handle(StartSessionCommand request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var agent = await db.Agents.GetAsync(request.AgentId!.Value, "agent", cancellationToken);
        var task = await FindTaskAsync(agent, request.TaskId, cancellationToken);
        var token = await FindTokenAsync(agent, request, now, cancellationToken);
        var parent = await FindParentAsync(agent, token?.SessionId ?? request.ParentSessionId, isAllowed: token is not null, cancellationToken);
        var session = Session.Start(agent, task, parent, request.Model, now);
        await EnsurePricedAsync(session, now, cancellationToken);
        await EnsureMayStartAsync(session, now, cancellationToken);

        // An event is added, and nothing may be paused or killed between the last check and the start. The lock comes after the call of the ledger,
        // which reads over its own connection and would wait for this transaction.
        await db.LockOrganisationOfTeamAsync(session.TeamId, cancellationToken);
        await EnsureNotPausedAsync(session, now, cancellationToken);
        await EnsureParentIsActiveAsync(parent, cancellationToken);
        await ConsumeAsync(token, cancellationToken);

        return await db.OpenAsync(session, now, cancellationToken);
    }

    private async Task<WorkTask?> FindTaskAsync(Agent agent, long? id, CancellationToken cancellationToken)
    {
        if (id is null)
        {
            return null;
        }

        var task = await db.Tasks.Where(task => task.Id == id && task.TeamId == agent.TeamId).GetAsync(id, "task", cancellationToken);
        var blockedBy = await db.Tasks
            .Where(other => other.Status != WorkTaskStatus.Done
                && db.TaskDependencies.Any(edge => edge.TaskId == task.Id && edge.DependsOnId == other.Id))
            .OrderBy(other => other.Id)
            .Select(other => other.Id)
            .ToListAsync(cancellationToken);
        return blockedBy.Count == 0
            ? task
            : throw new ConflictException(
                "task-blocked",
                $"Task {task.Id} depends on tasks that are not done: {string.Join(", ", blockedBy)}. Finish them first.",
                new Dictionary<string, object?> { ["blocked_by"] = blockedBy });
    }

    /// <summary>Returns the child token of a request; null if it has none.</summary>
    /// <exception cref="ForbiddenException">The token is unknown or not for this agent. The message does not tell which.</exception>
    private async Task<ChildToken?> FindTokenAsync(Agent agent, StartSessionCommand request, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (request.ParentToken is not { } text)
        {
            return null;
        }

        var hash = ChildToken.HashOf(text);
        var token = await db.ChildTokens.AsNoTracking().SingleOrDefaultAsync(token => token.TokenHash == hash, cancellationToken);
        if (token is null
            || !token.Allows(agent.Id, now)
            || !await db.Sessions.AnyAsync(session => session.Id == token.SessionId && session.TeamId == agent.TeamId, cancellationToken))
        {
            throw TokenRefused();
        }

        return request.ParentSessionId is null || request.ParentSessionId == token.SessionId
            ? token
            : throw new InvalidInputException("parent_session_id", "'parent_session_id' and 'parent_token' must name the same session. Leave one of them out.");
    }

    /// <summary>Returns the parent session; null if there is none.</summary>
    /// <exception cref="ForbiddenException">The session belongs to another agent, and the caller has no rights over it.</exception>
    private async Task<Session?> FindParentAsync(Agent agent, long? id, bool isAllowed, CancellationToken cancellationToken)
    {
        if (id is null)
        {
            return null;
        }

        var parent = await db.Sessions.Where(session => session.Id == id && session.TeamId == agent.TeamId).GetAsync(id, "session", cancellationToken);

        // A child spends from its parent's cap and can have the whole tree killed (rule 16). A lead has rights over both agents.
        return isAllowed || parent.AgentId == agent.Id || callers.Current.Role != CallerRole.Agent
            ? parent
            : throw new ForbiddenException(
                $"Session {id} belongs to another agent, so it cannot be the parent. Ask that agent for a one-time token "
                + $"(POST /sessions/{id}/child-tokens) and send it as 'parent_token'.");
    }

    /// <summary>
    /// Consumes a token in the transaction of the start. A refused start does not consume it, and only one of two starts with the same token
    /// succeeds.
    /// </summary>
    private async Task ConsumeAsync(ChildToken? token, CancellationToken cancellationToken)
    {
        if (token is not null && await db.ChildTokens.Where(row => row.TokenHash == token.TokenHash).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            throw TokenRefused();
        }
    }

    private static ForbiddenException TokenRefused() => new(
        "The 'parent_token' is unknown, was used, has expired, or is for another agent. Ask the agent of the parent session for a new one.");

    private async Task EnsurePricedAsync(Session session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var refusing = await db.Teams.AsNoTracking()
            .SingleOrDefaultAsync(team => team.Id == session.TeamId && team.Limits.UnpricedModels == UnpricedModelRule.Refuse, cancellationToken);
        if (refusing is not null
            && session.Model is { } model
            && (await db.ReadPricesAsync(refusing.OrganisationId, cancellationToken)).Find(model, now) is null)
        {
            throw StoredPrices.Refused(model);
        }
    }

    private async Task EnsureMayStartAsync(Session session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // The path includes the new session, which has no number yet, so that a session cap of zero refuses it.
        var subject = new BudgetSubject(session.AgentId, session.TaskId, SessionChoice.Of([session.Id, .. session.Ancestors]));
        var reading = await ledger.ReadAsync(subject, now, cancellationToken);
        if (reading.Pauses is [var paused, ..])
        {
            throw PausedRefusal.Of(paused);
        }

        if (BudgetExceededException.OfStart(reading.Position) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Checks pauses again, now that the lock prevents new ones.</summary>
    private async Task EnsureNotPausedAsync(Session session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.FindPauseAsync(session, now, cancellationToken) is { } paused)
        {
            throw PausedRefusal.Of(paused);
        }
    }

    /// <summary>Checks the parent again, now that the lock prevents its end.</summary>
    private async Task EnsureParentIsActiveAsync(Session? parent, CancellationToken cancellationToken)
    {
        if (parent is not null && !await db.Sessions.AnyAsync(session => session.Id == parent.Id && session.Status == SessionStatus.Active, cancellationToken))
        {
            throw Session.ParentEnded(parent.Id);
        }
    }
}
