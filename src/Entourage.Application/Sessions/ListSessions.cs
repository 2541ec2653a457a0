using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>Which sessions to list. All conditions must hold.</summary>
/// <param name="TaskId">Only sessions on this task; null for all.</param>
/// <param name="Status">Only sessions with this status; null for all.</param>
/// <param name="AgentId">Only sessions of this agent; null for all.</param>
public sealed record SessionFilter(long? TaskId = null, SessionStatus? Status = null, Guid? AgentId = null);

/// <summary>Lists sessions, newest first.</summary>
public abstract record ListSessionsQuery : IQuery<Page<SessionResponse>>
{
    /// <summary>Which of them.</summary>
    public required SessionFilter Filter { get; init; }

    /// <summary>The page to return.</summary>
    public required PageRequest Page { get; init; }

    /// <inheritdoc/>
    public abstract Permission RequiredPermission();
}

/// <summary>Lists the sessions of an agent, newest first.</summary>
/// <param name="AgentId">The agent.</param>
public sealed record ListAgentSessionsQuery(Guid AgentId) : ListSessionsQuery
{
    /// <inheritdoc/>
    public override Permission RequiredPermission() => Permission.Agent(Resource.Agent(AgentId));
}

/// <summary>Lists the sessions of a team, newest first.</summary>
/// <param name="TeamId">The team.</param>
public sealed record ListTeamSessionsQuery(Guid TeamId) : ListSessionsQuery
{
    /// <inheritdoc/>
    public override Permission RequiredPermission() => Permission.Lead(Resource.Team(TeamId));
}

/// <summary>Lists the sessions of an organisation, newest first.</summary>
/// <param name="OrganisationId">The organisation.</param>
public sealed record ListOrganisationSessionsQuery(Guid OrganisationId) : ListSessionsQuery
{
    /// <inheritdoc/>
    public override Permission RequiredPermission() => Permission.Admin();
}

internal abstract class ListSessionsValidator<T> : AbstractValidator<T>
    where T : ListSessionsQuery
{
    protected ListSessionsValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class ListAgentSessionsValidator : ListSessionsValidator<ListAgentSessionsQuery>;

internal sealed class ListTeamSessionsValidator : ListSessionsValidator<ListTeamSessionsQuery>;

internal sealed class ListOrganisationSessionsValidator : ListSessionsValidator<ListOrganisationSessionsQuery>;

internal sealed class ListSessionsHandler(IEntourageDb db, TimeProvider time)
    : IRequestHandler<ListAgentSessionsQuery, Page<SessionResponse>>,
        IRequestHandler<ListTeamSessionsQuery, Page<SessionResponse>>,
        IRequestHandler<ListOrganisationSessionsQuery, Page<SessionResponse>>
{
    public async Task<Page<SessionResponse>> Handle(ListAgentSessionsQuery request, CancellationToken cancellationToken)
    {
        await db.Agents.GetAsync(request.AgentId, "agent", cancellationToken);
        return await ReadAsync(request, db.Sessions.Where(session => session.AgentId == request.AgentId), cancellationToken);
    }

    public async Task<Page<SessionResponse>> Handle(ListTeamSessionsQuery request, CancellationToken cancellationToken)
    {
        await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        return await ReadAsync(request, db.Sessions.Where(session => session.TeamId == request.TeamId), cancellationToken);
    }

    public async Task<Page<SessionResponse>> Handle(ListOrganisationSessionsQuery request, CancellationToken cancellationToken)
    {
        await db.Organisations.GetAsync(request.OrganisationId, "organisation", cancellationToken);
        var teams = db.Teams.Where(team => team.OrganisationId == request.OrganisationId).Select(team => team.Id);
        return await ReadAsync(request, db.Sessions.Where(session => teams.Contains(session.TeamId)), cancellationToken);
    }

    private async Task<Page<SessionResponse>> ReadAsync(ListSessionsQuery request, IQueryable<Session> sessions, CancellationToken cancellationToken)
    {
        var (before, filter) = (request.Page.AfterNumber, request.Filter);
        var rows = await sessions.AsNoTracking()
            .Where(session => filter.TaskId == null || session.TaskId == filter.TaskId)
            .Where(session => filter.Status == null || session.Status == filter.Status)
            .Where(session => filter.AgentId == null || session.AgentId == filter.AgentId)
            .Where(session => before == null || session.Id < before)
            .OrderByDescending(session => session.Id)
            .Take(request.Page.Limit + 1)
            .Select(SessionRow.Projection(db))
            .ToListAsync(cancellationToken);
        return request.Page.Of(await SessionResponse.ReadAsync(db, rows, time.GetUtcNow(), cancellationToken), session => session.Id);
    }
}
