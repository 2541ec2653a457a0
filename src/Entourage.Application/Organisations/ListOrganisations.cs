using AutoMapper;
using AutoMapper.QueryableExtensions;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Paging;
using Entourage.Domain.Organisations;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Organisations;

/// <summary>Lists organisations by slug. An admin sees all of them, other callers their own. A search looks in slugs and names.</summary>
/// <param name="Page">The page to return.</param>
/// <param name="Archived">Whether to list the archived ones instead of the others.</param>
public sealed record ListOrganisationsQuery(PageRequest Page, bool Archived = false) : IQuery<Page<OrganisationResponse>>, IListQuery
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent();
}

internal sealed class ListOrganisationsValidator : ListValidator<ListOrganisationsQuery>;

internal sealed class ListOrganisationsHandler(IEntourageDb db, CallerContext callers, IMapper mapper)
    : IRequestHandler<ListOrganisationsQuery, Page<OrganisationResponse>>
{
    public async Task<Page<OrganisationResponse>> Handle(ListOrganisationsQuery request, CancellationToken cancellationToken)
    {
        var (all, own) = (callers.Current.IsAdmin, callers.Current.OrganisationId);
        var order = new ListOrder<Organisation, OrganisationResponse>(request.Page)
            .By(organisation => organisation.Slug, response => response.Slug)
            // Archived ones may share a slug.
            .By(organisation => organisation.Id, response => response.Id);
        var organisations = db.Organisations.AsNoTracking()
            .Where(organisation => all || organisation.Id == own)
            .Where(organisation => organisation.ArchivedAt != null == request.Archived)
            .Matching(request.Page, organisation => organisation.Slug, organisation => organisation.Name);
        return order.ToPage(await order.Read(organisations).ProjectTo<OrganisationResponse>(mapper.ConfigurationProvider).ToListAsync(cancellationToken));
    }
}
