using Entourage.Application.Access;
using Entourage.Domain.Access;
using Entourage.Domain.Audit;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Entourage.Api.Auth;

/// <summary>Lets in people with a token of an OpenID Connect authority.</summary>
internal static class JwtCallers
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "jwt";

    // Far beyond what authorities issue, and within what headers may be long.
    private const int MaxLength = 16_384;

    // The JSON object that a token begins with, in Base64Url: a brace, then a quotation mark, a blank, a line end or a tabulator.
    private static readonly string[] Starts = ["eyJ", "eyA", "ewo", "ew0", "ewk"];

    /// <summary>Whether a text is a token, and not a key: an object in Base64Url, and something after it.</summary>
    public static bool IsToken(string text) =>
        Array.Exists(Starts, start => text.StartsWith(start, StringComparison.Ordinal)) && text.Contains('.', StringComparison.Ordinal);

    /// <summary>Takes the tokens of an authority.</summary>
    public static void Configure(JwtBearerOptions bearer, JwtOptions options)
    {
        bearer.Authority = options.Authority;
        bearer.Audience = options.Audience;
        bearer.RequireHttpsMetadata = options.RequireHttps;
        bearer.MapInboundClaims = false;
        bearer.IncludeErrorDetails = false;
        bearer.SaveToken = false;
        bearer.Events = new() { OnMessageReceived = RefuseHuge, OnTokenValidated = context => AdmitAsync(context, options) };
    }

    private static Task RefuseHuge(MessageReceivedContext context)
    {
        if (KeyAuthentication.BearerOf(context.Request) is { Length: > MaxLength })
        {
            context.Fail("The token is too long.");
        }

        return Task.CompletedTask;
    }

    /// <summary>Finds out what the token's holder may do. One whose claims say nothing of it is known, and may do nothing.</summary>
    private static async Task AdmitAsync(TokenValidatedContext context, JwtOptions options)
    {
        if (context.SecurityToken is not JsonWebToken token || TokenClaims.Read(token.EncodedPayload, options) is not { } claims)
        {
            context.Fail("The token's payload is invalid.");
            return;
        }

        switch (claims.Role)
        {
            case "admin":
                Admit(CallerRole.Admin, null, null);
                break;
            case "lead" when claims.Team is { } team:
                var owners = context.HttpContext.RequestServices.GetRequiredService<ResourceOwnerCache>();
                if (await owners.FindAsync(Resource.Team(team), context.HttpContext.RequestAborted) is { } owner)
                {
                    Admit(CallerRole.Lead, owner.OrganisationId, team);
                }

                break;
        }

        void Admit(CallerRole role, Guid? organisationId, Guid? teamId)
        {
            var name = CallerNames.OfToken(claims.Name, claims.Subject);
            var caller = new Caller(name, role, OrganisationId: organisationId, TeamId: teamId, ExpiresAt: claims.ExpiresAt)
            {
                Kind = ActorKind.Token,
                Issuer = claims.Issuer,
                Subject = claims.Subject,
            };
            context.Principal = CallerPrincipal.PrincipalOf(caller, Name);
        }
    }
}
