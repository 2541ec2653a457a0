using AutoMapper;
using AutoMapper.QueryableExtensions;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Paging;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Organisations;

/// <summary>Lists organisations by slug. An admin sees all of them, other callers their own.</summary>
/// <param name="Page">The page to return.</param>
/// <param name="Archived">Whether to list the archived ones instead of the others.</param>
public sealed record ListOrganisationsQuery(PageRequest Page, bool Archived = false) : IQuery<Page<OrganisationResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent();
}

internal sealed class ListOrganisationsValidator : AbstractValidator<ListOrganisationsQuery>
{
    public ListOrganisationsValidator() => RuleFor(query => query.Page.Limit).PageLimit();
}

internal sealed class ListOrganisationsHandler(IEntourageDb db, CallerContext callers, IMapper mapper)
    : IRequestHandler<ListOrganisationsQuery, Page<OrganisationResponse>>
{
    public async Task<Page<OrganisationResponse>> Handle(ListOrganisationsQuery request, CancellationToken cancellationToken)
    {
        var after = request.Page.AfterName;
        var (all, own) = (callers.Current.IsAdmin, callers.Current.OrganisationId);
        var organisations = await db.Organisations.AsNoTracking()
            .Where(organisation => all || organisation.Id == own)
            .Where(organisation => organisation.ArchivedAt != null == request.Archived)
            .Where(organisation => after == null || string.Compare(organisation.Slug, after) > 0)
            .OrderBy(organisation => organisation.Slug)
            .Take(request.Page.Limit + 1)
            .ProjectTo<OrganisationResponse>(mapper.ConfigurationProvider)
            .ToListAsync(cancellationToken);
        return request.Page.Of(organisations, organisation => organisation.Slug);
    }
}
