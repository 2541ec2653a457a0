using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Labels;
using Entourage.Application.Paging;
using Entourage.Domain;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>Which sessions to list. All conditions must hold.</summary>
/// <param name="TaskId">Only sessions on this task; null for all.</param>
/// <param name="Status">Only sessions with this status; null for all.</param>
/// <param name="AgentId">Only sessions of this agent; null for all.</param>
public sealed record SessionFilter(long? TaskId = null, SessionStatus? Status = null, Guid? AgentId = null)
{
    /// <summary>Only sessions that used this model; null for all. Empty for usage that names none.</summary>
    public string? Model { get; init; }

    /// <summary>Only sessions on tasks with this tag; null for all.</summary>
    public string? Tag { get; init; }

    /// <summary>Only sessions that have all of these labels, or usage with them.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;
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
public abstract record ListSessionsQuery : IQuery<Page<SessionResponse>>, IListQuery
{
    /// <summary>Which of them.</summary>
    public required SessionFilter Filter { get; init; }

    /// <summary>The page to return. A search looks in the names of agents, the titles of tasks, the models and the numbers.</summary>
    public required PageRequest Page { get; init; }

    /// <summary>The order. By default the newest are first.</summary>
    public SessionSort Sort { get; init; }

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

internal sealed class ListAgentSessionsValidator : ListValidator<ListAgentSessionsQuery>;

internal sealed class ListTeamSessionsValidator : ListValidator<ListTeamSessionsQuery>;

internal sealed class ListOrganisationSessionsValidator : ListValidator<ListOrganisationSessionsQuery>;

internal sealed class ListSessionsHandler(IEntourageDb db, CallerContext callers, TimeProvider time)
    : IRequestHandler<ListAgentSessionsQuery, Page<SessionResponse>>,
        IRequestHandler<ListTeamSessionsQuery, Page<SessionResponse>>,
        IRequestHandler<ListOrganisationSessionsQuery, Page<SessionResponse>>
{
    public async Task<Page<SessionResponse>> Handle(ListAgentSessionsQuery request, CancellationToken cancellationToken)
    {
        await db.Agents.GetAsync(request.AgentId, "agent", cancellationToken);

        // An agent that has moved has sessions in several teams, and a lead sees those of its own.
        Guid? own = callers.Current is { IsAdmin: false, AgentId: null, TeamId: { } team } ? team : null;
        return await ReadAsync(
            request,
            from agent in db.Agents join ofAgent in db.Teams on agent.TeamId equals ofAgent.Id where agent.Id == request.AgentId select ofAgent.OrganisationId,
            db.Sessions.Where(session => session.AgentId == request.AgentId && (own == null || session.TeamId == own)),
            cancellationToken);
    }

    public async Task<Page<SessionResponse>> Handle(ListTeamSessionsQuery request, CancellationToken cancellationToken)
    {
        await db.Teams.GetAsync(request.TeamId, "team", cancellationToken);
        var organisation = db.Teams.Where(team => team.Id == request.TeamId).Select(team => team.OrganisationId);
        return await ReadAsync(request, organisation, db.Sessions.Where(session => session.TeamId == request.TeamId), cancellationToken);
    }

    public async Task<Page<SessionResponse>> Handle(ListOrganisationSessionsQuery request, CancellationToken cancellationToken)
    {
        await db.Organisations.GetAsync(request.OrganisationId, "organisation", cancellationToken);
        var teams = db.Teams.Where(team => team.OrganisationId == request.OrganisationId).Select(team => team.Id);
        var organisation = db.Organisations.Where(organisation => organisation.Id == request.OrganisationId).Select(organisation => organisation.Id);
        return await ReadAsync(request, organisation, db.Sessions.Where(session => teams.Contains(session.TeamId)), cancellationToken);
    }

    private async Task<Page<SessionResponse>> ReadAsync(
        ListSessionsQuery request, IQueryable<Guid> organisation, IQueryable<Session> sessions, CancellationToken cancellationToken)
    {
        var order = OrderOf(request);
        if (!request.Filter.Labels.IsEmpty)
        {
            var rollups = db.UsageRollups.With(request.Filter.Labels, db, await organisation.SingleAsync(cancellationToken));
            sessions = sessions.Where(session => rollups.Any(rollup => rollup.SessionId == session.Id));
        }

        var found = await SessionSearch.ApplyAsync(db, sessions.AsNoTracking(), request.Filter, request.Page, cancellationToken);
        var rows = await order.Read(found).Select(SessionRow.Projection(db)).ToListAsync(cancellationToken);
        return order.ToPage(await SessionResponse.ReadAsync(db, rows, time.GetUtcNow(), cancellationToken));
    }

    private static ListOrder<Session, SessionResponse> OrderOf(ListSessionsQuery request)
    {
        var order = new ListOrder<Session, SessionResponse>(request.Page, ListDirection.Descending);
        switch (request.Sort)
        {
            case SessionSort.Cost:
                order.By(session => session.CostBillionUsd, response => ((MoneyTotal)response.CostUsd).BillionUsd)
                    .By(session => session.CostNanoUsd, response => ((MoneyTotal)response.CostUsd).RestNanoUsd);
                break;
            case SessionSort.Tokens:
                order.By(session => session.InputTokens + session.OutputTokens, response => response.Tokens);
                break;
        }

        return order.By(session => session.Id, response => response.Id);
    }
}
