using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Teams;

/// <summary>Lists the teams of an organisation by slug. An admin sees all of them, other callers their own. A search looks in slugs and names.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="Page">The page to return.</param>
/// <param name="Archived">Whether to list the archived ones instead of the others.</param>
public sealed record ListTeamsQuery(Guid OrganisationId, PageRequest Page, bool Archived = false) : IQuery<Page<TeamResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Organisation(OrganisationId));
}

internal sealed class ListTeamsValidator : ListValidator<ListTeamsQuery>;

internal sealed class ListTeamsHandler(IEntourageDb db, CallerContext callers, TimeProvider time) : IRequestHandler<ListTeamsQuery, Page<TeamResponse>>
{
    public async Task<Page<TeamResponse>> Handle(ListTeamsQuery request, CancellationToken cancellationToken)
    {
        await db.Organisations.GetAsync(request.OrganisationId, "organisation", cancellationToken);
        var (all, own) = (callers.Current.IsAdmin, callers.Current.TeamId);
        var order = new ListOrder<Team, TeamResponse>(request.Page)
            .By(team => team.Slug, response => response.Slug)
            // Archived ones may share a slug.
            .By(team => team.Id, response => response.Id);
        var teams = db.Teams.AsNoTracking()
            .Where(team => team.OrganisationId == request.OrganisationId)
            .Where(team => all || team.Id == own)
            .Where(team => team.ArchivedAt != null == request.Archived)
            .Matching(request.Page, team => team.Slug, team => team.Name);
        return order.ToPage(await order.Read(teams).Select(TeamResponse.Projection(db, time.GetUtcNow())).ToListAsync(cancellationToken));
    }
}
