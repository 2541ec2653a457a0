using AutoMapper;
using AutoMapper.QueryableExtensions;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Organisations;

/// <summary>Reads an organisation.</summary>
/// <param name="Id">The organisation.</param>
public sealed record GetOrganisationQuery(Guid Id) : IQuery<OrganisationResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Organisation(Id));
}

internal sealed class GetOrganisationHandler(IEntourageDb db, IMapper mapper) : IRequestHandler<GetOrganisationQuery, OrganisationResponse>
{
    public Task<OrganisationResponse> Handle(GetOrganisationQuery request, CancellationToken cancellationToken) =>
        db.Organisations.AsNoTracking()
            .Where(organisation => organisation.Id == request.Id)
            .ProjectTo<OrganisationResponse>(mapper.ConfigurationProvider)
            .GetAsync(request.Id, "organisation", cancellationToken);
}
