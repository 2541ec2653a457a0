using AutoMapper;
using Entourage.Domain.Organisations;

namespace Entourage.Application.Organisations;

/// <summary>An organisation.</summary>
/// <param name="Id">A version-7 UUID.</param>
/// <param name="Name">The display name.</param>
/// <param name="Slug">The name in URLs.</param>
/// <param name="CreatedAt">When it was created (UTC).</param>
/// <param name="ArchivedAt">When it was archived (UTC); null if it is not archived.</param>
public sealed record OrganisationResponse(Guid Id, string Name, string Slug, DateTimeOffset CreatedAt, DateTimeOffset? ArchivedAt);

internal sealed class OrganisationProfile : Profile
{
    public OrganisationProfile() => CreateMap<Organisation, OrganisationResponse>();
}
