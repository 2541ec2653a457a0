using Entourage.Application.Access;
using Entourage.Domain.Access;
using Entourage.Domain.Audit;

namespace Entourage.Api.Auth;

/// <summary>A person whom an OpenID Connect authority has identified.</summary>
/// <param name="Issuer">The authority; null if the token names none.</param>
/// <param name="Subject">The person's id there; null if the token names none.</param>
/// <param name="Name">The display name; null if the token has none.</param>
/// <param name="ExpiresAt">Until when the identification is valid (UTC).</param>
internal sealed record Person(string? Issuer, string? Subject, string? Name, DateTimeOffset? ExpiresAt)
{
    /// <summary>Returns the person as a caller; null for a lead without an existing team.</summary>
    /// <param name="role">The role: lead or admin.</param>
    /// <param name="team">The team of a lead.</param>
    /// <param name="context">The request.</param>
    public async ValueTask<Caller?> ToCallerAsync(CallerRole role, Guid? team, HttpContext context)
    {
        if (role == CallerRole.Admin)
        {
            return Create(null, null);
        }

        var owners = context.RequestServices.GetRequiredService<ResourceOwnerCache>();
        return team is { } id && await owners.FindAsync(Resource.Team(id), context.RequestAborted) is { } owner ? Create(owner.OrganisationId, id) : null;

        Caller Create(Guid? organisationId, Guid? teamId) =>
            new(CallerNames.OfToken(Name, Subject), role, OrganisationId: organisationId, TeamId: teamId, ExpiresAt: ExpiresAt)
            {
                Kind = ActorKind.Token,
                Issuer = Issuer,
                Subject = Subject,
            };
    }
}
