using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Agents;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Sessions;
using Entourage.Application.Stops;
using Entourage.Domain.Agents;
using Entourage.Domain.Labels;
using Entourage.Domain.Otlp;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using Entourage.Domain.Tasks;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Otlp;

/// <summary>
/// Opens a session for a program that reports usage by telemetry or calls models through the gateway, or finds the one that was opened for it meanwhile. No budget, pause or dependency
/// prevents this: what telemetry reports is spent already (rule 1), and the gateway asks the budgets for each call.
/// </summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task, if known; ignored if the team has no such task.</param>
/// <param name="ParentSessionId">The parent session of a sub-agent; null for none.</param>
/// <param name="Name">The program's own name for its session.</param>
/// <param name="Model">The model, if known; null for the agent's default.</param>
/// <param name="At">When the program last used something (UTC).</param>
public sealed record StartSourceSessionCommand(Guid AgentId, long? TaskId, long? ParentSessionId, string Name, string? Model, DateTimeOffset At) : ICommand<SourceSessionAnswer>
{
    /// <summary>Whether the money is spent already. Then an archived agent gets a session too, which has been killed like all others of it.</summary>
    public bool IsSpent { get; init; }

    /// <summary>The labels of the session, if it is started. Those that are too many beside the parent's are dropped.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Agent(AgentId));
}

internal sealed class StartSourceSessionValidator : AbstractValidator<StartSourceSessionCommand>
{
    public StartSourceSessionValidator()
    {
        RuleFor(command => command.Name).NotNull();
        RuleFor(command => command.Model).OptionalLine(Agent.ModelLength);
    }
}

internal sealed class StartSourceSessionHandler(IEntourageDb db, AgentMoves moves, TimeProvider time) : IRequestHandler<StartSourceSessionCommand, SourceSessionAnswer>
{
    public async Task<SourceSessionAnswer> Handle(StartSourceSessionCommand request, CancellationToken cancellationToken)
    {
        // From here on no other transaction can open one.
        await db.LockOrganisationOfAgentAsync(request.AgentId, cancellationToken);
        var agent = await db.Agents.GetAsync(request.AgentId, "agent", cancellationToken);
        await moves.MakeDueAsync(agent, cancellationToken);
        var mark = await db.FindArchiveMarkAsync(PauseScope.Agent, agent.Id, cancellationToken);
        var task = await FindTaskAsync(agent, request.TaskId, cancellationToken);
        var keyHash = SourceSession.HashOf(agent.Id, request.Name);
        var link = await db.SourceSessions.SingleOrDefaultAsync(source => source.KeyHash == keyHash, cancellationToken);
        if (link is not null)
        {
            var linked = await db.Sessions.AsNoTracking().SingleAsync(session => session.Id == link.SessionId, cancellationToken);
            if (mark is not null || SourceSession.GoesOn(linked.Status, linked.EndedAt, request.At))
            {
                return new(agent.Id, linked.Id);
            }
        }

        var now = time.GetUtcNow();
        var parent = request.ParentSessionId is { } parentId ? await db.Sessions.SingleAsync(session => session.Id == parentId, cancellationToken) : null;
        if (parent is not null && (parent.Status != SessionStatus.Active || parent.Ancestors.Count + 1 >= Session.MaxDepth || parent.TeamId != agent.TeamId))
        {
            // The parent can have no further child. The sub-agent's usage is recorded in the parent instead.
            return new(agent.Id, parent.Id);
        }

        if (mark is not null && !request.IsSpent)
        {
            throw PausedRefusal.Of(mark);
        }

        var session = mark is null
            ? Session.Start(agent, task, parent, request.Model, now, (parent?.Labels ?? LabelSet.None).AdditionsOf(request.Labels))
            : Session.StartKilled(agent, task, request.Model, ArchiveMarks.ReasonOf(mark.Scope), now, request.Labels);
        var opened = await db.OpenAsync(session, now, cancellationToken);
        if (link is null)
        {
            db.SourceSessions.Add(SourceSession.Link(agent.Id, request.Name, opened.Id));
        }
        else
        {
            link.GoOnIn(opened.Id);
        }

        await db.SaveChangesAsync(cancellationToken);
        return new(agent.Id, opened.Id) { IsWithoutTask = request.TaskId is not null && task is null };
    }

    private async Task<WorkTask?> FindTaskAsync(Agent agent, long? id, CancellationToken cancellationToken) => id is null
        ? null
        : await db.Tasks.SingleOrDefaultAsync(task => task.Id == id && task.TeamId == agent.TeamId, cancellationToken);
}
