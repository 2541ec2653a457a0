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
public sealed record SessionFilter(long? TaskId = null, SessionStatus? Status = null, Guid? AgentId = null)
{
    /// <summary>The longest <see cref="Search"/>. Longer ones are cut.</summary>
    public const int SearchLength = 200;

    /// <summary>
    /// Only sessions with this text in the name of their agent, the title of their task or their model, ignoring case, and the session with this
    /// number; null for all.
    /// </summary>
    public string? Search { get; init; }

    /// <summary>Only sessions that used this model; null for all. Empty for usage that names none.</summary>
    public string? Model { get; init; }

    /// <summary>Only sessions on tasks with this tag; null for all.</summary>
    public string? Tag { get; init; }
}

/// <summary>How a list of sessions is sorted.</summary>
public enum SessionSort
{
    /// <summary>By their start.</summary>
    Started,

    /// <summary>By their cost, without their sub-agents.</summary>
    Cost,

    /// <summary>By their input and output tokens.</summary>
    Tokens,
}

/// <summary>Lists sessions, newest first.</summary>
public abstract record ListSessionsQuery : IQuery<Page<SessionResponse>>
{
    /// <summary>Which of them.</summary>
    public required SessionFilter Filter { get; init; }

    /// <summary>The page to return.</summary>
    public required PageRequest Page { get; init; }

    /// <summary>The order. By default the newest are first.</summary>
    public SessionSort Sort { get; init; }

    /// <summary>Whether the oldest, the cheapest or those with the fewest tokens are first.</summary>
    public bool Ascending { get; init; }

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
        var order = new SessionOrder(request.Sort, request.Ascending);
        var found = await SessionSearch.ApplyAsync(db, sessions.AsNoTracking(), request.Filter, cancellationToken);
        var rows = await order.Sort(order.After(found, request.Page))
            .Take(request.Page.Limit + 1)
            .Select(SessionRow.Projection(db))
            .ToListAsync(cancellationToken);
        var read = await SessionResponse.ReadAsync(db, rows, time.GetUtcNow(), cancellationToken);
        return request.Page.Of(read, order.KeyOf);
    }
}
