using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Settings;

/// <summary>Reads an organisation's settings.</summary>
/// <param name="OrganisationId">The organisation.</param>
public sealed record GetOrganisationSettingsQuery(Guid OrganisationId) : IQuery<OrganisationSettingsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

internal sealed class GetOrganisationSettingsHandler(IEntourageDb db) : IRequestHandler<GetOrganisationSettingsQuery, OrganisationSettingsResponse>
{
    public async Task<OrganisationSettingsResponse> Handle(GetOrganisationSettingsQuery request, CancellationToken cancellationToken)
    {
        var organisation = await db.Organisations.AsNoTracking()
            .Where(organisation => organisation.Id == request.OrganisationId)
            .GetAsync(request.OrganisationId, "organisation", cancellationToken);
        return new(organisation.Limits.Daily, organisation.Limits.Monthly);
    }
}
