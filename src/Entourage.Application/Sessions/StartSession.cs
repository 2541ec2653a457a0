using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Pricing;
using Entourage.Application.Stops;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>Opens a session, unless it is paused or a hard budget has nothing left (rule 4).</summary>
/// <param name="AgentId">The agent that is to work.</param>
/// <param name="TaskId">The task it works on.</param>
/// <param name="Model">The model; the agent's when null.</param>
/// <param name="ParentSessionId">The session whose sub-agent this one is.</param>
/// <param name="IdempotencyKey">The caller's key, if any.</param>
public sealed record StartSessionCommand(Guid? AgentId, long? TaskId, string? Model, long? ParentSessionId, string? IdempotencyKey)
    : ICommand<SessionResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Need Needs() => Need.Agent(AgentId is { } id ? Resource.Agent(id) : null);

    /// <inheritdoc/>
    public string IdempotencyScope => $"agents/{AgentId}/sessions";
}

internal sealed class StartSessionValidator : AbstractValidator<StartSessionCommand>
{
    public StartSessionValidator()
    {
        RuleFor(command => command.AgentId).NotEmpty();
        RuleFor(command => command.Model).OptionalLine(Agent.ModelLength);
    }
}

internal sealed class StartSessionHandler(IEntourageDb db, IBudgetLedger ledger, TimeProvider time) : IRequestHandler<StartSessionCommand, SessionResponse>
{
    public async Task<SessionResponse> Handle(StartSessionCommand request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var agent = await db.Agents.GetAsync(request.AgentId!.Value, "agent", cancellationToken);
        var task = await FindTaskAsync(agent, request.TaskId, cancellationToken);
        var parent = await FindParentAsync(agent, request.ParentSessionId, cancellationToken);
        var session = Session.Start(agent, task, parent, request.Model, now);
        await EnsurePricedAsync(session, now, cancellationToken);
        await EnsureMayStartAsync(session, now, cancellationToken);

        // An event is added, and nothing may be paused or killed between the last look and the start. After the ledger was asked: it
        // reads over a connection of its own, and would wait for this transaction.
        await db.HoldOrganisationOfAsync(session.TeamId, cancellationToken);
        await EnsureNotPausedAsync(session, now, cancellationToken);
        await EnsureParentIsActiveAsync(parent, cancellationToken);

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
                $"Task {task.Id} waits for tasks that are not done: {string.Join(", ", blockedBy)}.",
                new Dictionary<string, object?> { ["blocked_by"] = blockedBy });
    }

    private async Task<Session?> FindParentAsync(Agent agent, long? id, CancellationToken cancellationToken) =>
        id is null
            ? null
            : await db.Sessions.Where(session => session.Id == id && session.TeamId == agent.TeamId).GetAsync(id, "session", cancellationToken);

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
        // The session to be is in its own path, without a number yet: a cap of zero is over before it begins.
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

    /// <summary>Looks once more, where nothing can be paused any more before this one has begun.</summary>
    private async Task EnsureNotPausedAsync(Session session, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await db.FindPauseAsync(session, now, cancellationToken) is { } paused)
        {
            throw PausedRefusal.Of(paused);
        }
    }

    /// <summary>Looks once more, where nothing can end the parent any more before this one has begun.</summary>
    private async Task EnsureParentIsActiveAsync(Session? parent, CancellationToken cancellationToken)
    {
        if (parent is not null && !await db.Sessions.AnyAsync(session => session.Id == parent.Id && session.Status == SessionStatus.Active, cancellationToken))
        {
            throw Session.ParentEnded(parent.Id);
        }
    }
}
