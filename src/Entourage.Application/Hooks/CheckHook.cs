using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Budgets;
using Entourage.Application.Otlp;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Hooks;

/// <summary>Checks whether a program may continue, for a hook that the program calls.</summary>
/// <param name="AgentId">The agent of the program; null for the agent of the named session.</param>
/// <param name="SessionId">The session that was started for the program; null if its telemetry opens one.</param>
/// <param name="TaskId">The task of the program; null for the task of its session.</param>
/// <param name="SourceName">The program's own name for its session, at most 500 characters; null if it sends none.</param>
/// <param name="Event">The hook event, as the program names it, at most 100 characters.</param>
public sealed record CheckHookQuery(Guid? AgentId, long? SessionId, long? TaskId, string? SourceName, string? Event) : IQuery<BudgetResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(AgentId is { } agent ? Resource.Agent(agent) : SessionId is { } session ? Resource.Session(session) : null);
}

internal sealed class CheckHookValidator : AbstractValidator<CheckHookQuery>
{
    private const int MaxNameLength = 500;
    private const int MaxEventNameLength = 100;

    public CheckHookValidator()
    {
        RuleFor(query => query.AgentId).NotNull().When(query => query.SessionId is null)
            .WithMessage("'{PropertyName}' is required unless you send an agent's key or name a session.");
        RuleFor(query => query.SourceName).MaximumLength(MaxNameLength).OverridePropertyName("session_id");
        RuleFor(query => query.Event!).NotNull().Line(MaxEventNameLength).OverridePropertyName("hook_event_name");
    }
}

internal sealed class CheckHookHandler(IEntourageDb db, IMediator mediator, TimeProvider time) : IRequestHandler<CheckHookQuery, BudgetResponse>
{
    public async Task<BudgetResponse> Handle(CheckHookQuery request, CancellationToken cancellationToken)
    {
        if (request.SessionId is null && string.IsNullOrEmpty(request.SourceName))
        {
            return await mediator.Send(new GetAgentBudgetQuery(request.AgentId!.Value, request.TaskId), cancellationToken);
        }

        var now = time.GetUtcNow();
        var found = await mediator.Send(new FindSourceSessionQuery(request.AgentId, request.SessionId, request.SourceName ?? "", now), cancellationToken);
        var sessionId = found.SessionId ?? await FindStartedSessionAsync(found.AgentId, now, cancellationToken);
        return await mediator.Send(new GetRunBudgetQuery(found.AgentId, sessionId, request.TaskId), cancellationToken);
    }

    /// <summary>
    /// Finds the session of a run for which telemetry has opened none: the newest that was started for the agent, if it is active or was killed a
    /// short while ago. A session that telemetry opened belongs to another run, and its cap must not stop this one.
    /// </summary>
    private async Task<long?> FindStartedSessionAsync(Guid agentId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - SessionState.KillReportedFor;
        return await db.Sessions
            .Where(session => session.AgentId == agentId
                && (session.Status == SessionStatus.Active || (session.Status == SessionStatus.Killed && session.EndedAt >= since))
                && !db.SourceSessions.Any(source => source.SessionId == session.Id))
            .OrderBy(session => session.Status == SessionStatus.Active ? 0 : 1)
            .ThenByDescending(session => session.Id)
            .Select(session => (long?)session.Id)
            .FirstOrDefaultAsync(cancellationToken);
    }
}
