using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Paging;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Teams;

/// <summary>Lists the teams of an organisation by slug. An admin sees all of them, other callers their own.</summary>
/// <param name="OrganisationId">The organisation.</param>
/// <param name="Page">The page to return.</param>
/// <param name="Archived">Whether to list the archived ones instead of the others.</param>
public sealed record ListTeamsQuery(Guid OrganisationId, PageRequest Page, bool Archived = false) : IQuery<Page<TeamResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Organisation(OrganisationId));
}

internal sealed class ListTeamsValidator : AbstractValidator<ListTeamsQuery>
{
    public ListTeamsValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class ListTeamsHandler(IEntourageDb db, CallerContext callers, TimeProvider time) : IRequestHandler<ListTeamsQuery, Page<TeamResponse>>
{
    public async Task<Page<TeamResponse>> Handle(ListTeamsQuery request, CancellationToken cancellationToken)
    {
        var after = request.Page.AfterName;
        await db.Organisations.GetAsync(request.OrganisationId, "organisation", cancellationToken);
        var (all, own) = (callers.Current.IsAdmin, callers.Current.TeamId);
        var teams = await db.Teams.AsNoTracking()
            .Where(team => team.OrganisationId == request.OrganisationId)
            .Where(team => all || team.Id == own)
            .Where(team => team.ArchivedAt != null == request.Archived)
            .Where(team => after == null || string.Compare(team.Slug, after) > 0)
            .OrderBy(team => team.Slug)
            .Take(request.Page.Limit + 1)
            .Select(TeamResponse.Projection(db, time.GetUtcNow()))
            .ToListAsync(cancellationToken);
        return request.Page.Of(teams, team => team.Slug);
    }
}
