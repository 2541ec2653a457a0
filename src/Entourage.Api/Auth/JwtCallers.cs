using System.Globalization;
using Entourage.Application.Access;
using Entourage.Domain.Access;
using Entourage.Domain.Organisations;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Entourage.Api.Auth;

/// <summary>Lets in people with a token of an OpenID Connect authority.</summary>
internal static class JwtCallers
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "jwt";

    // The JSON object that a token begins with, in Base64.
    private const string Start = "eyJ";

    /// <summary>Whether a bearer's text is a token, and not a key.</summary>
    public static bool IsToken(string text) => text.StartsWith(Start, StringComparison.Ordinal) && text.Count(character => character == '.') == 2;

    /// <summary>Takes the tokens of an authority.</summary>
    public static void Configure(JwtBearerOptions bearer, JwtOptions options)
    {
        bearer.Authority = options.Authority;
        bearer.Audience = options.Audience;
        bearer.RequireHttpsMetadata = options.RequireHttps;
        bearer.MapInboundClaims = false;
        bearer.IncludeErrorDetails = false;
        bearer.SaveToken = false;
        bearer.Events = new() { OnTokenValidated = context => AdmitAsync(context, options) };
    }

    /// <summary>Finds out what the token's holder may do. One whose claims say nothing of it is known, and may do nothing.</summary>
    private static async Task AdmitAsync(TokenValidatedContext context, JwtOptions options)
    {
        var claims = context.Principal!;
        var fullName = claims.FindFirst(options.NameClaim)?.Value ?? claims.FindFirst("sub")?.Value ?? Name;
        var name = fullName[..Math.Min(fullName.Length, Organisation.NameLength)];
        var expiresAt = long.TryParse(claims.FindFirst("exp")?.Value, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : (DateTimeOffset?)null;
        if (claims.HasClaim(options.RoleClaim, "admin"))
        {
            Admit(new(name, CallerRole.Admin, ExpiresAt: expiresAt));
        }
        else if (claims.HasClaim(options.RoleClaim, "lead") && Guid.TryParse(claims.FindFirst(options.TeamClaim)?.Value, out var team))
        {
            var owners = context.HttpContext.RequestServices.GetRequiredService<Owners>();
            if (await owners.FindAsync(Resource.Team(team), context.HttpContext.RequestAborted) is { } owner)
            {
                Admit(new(name, CallerRole.Lead, OrganisationId: owner.OrganisationId, TeamId: team, ExpiresAt: expiresAt));
            }
        }

        void Admit(Caller caller) => context.Principal = Admission.PrincipalOf(caller, Name);
    }
}
