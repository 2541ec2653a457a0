using Entourage.Domain.Access;
using Entourage.Gateway.Calls;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Entourage.Api.Auth;

/// <summary>Authenticates people by a token of an OpenID Connect authority.</summary>
internal static class JwtCallers
{
    public const string Name = "jwt";

    // Much longer than real tokens, and within the limit on headers.
    private const int MaxLength = 16_384;

    // The beginning of a JSON object in Base64Url: a brace, then a quotation mark or white space.
    private static readonly string[] Prefixes = ["eyJ", "eyA", "ewo", "ew0", "ewk"];

    /// <summary>Whether a text is a token rather than a key: it begins with a JSON object in Base64Url and has a dot.</summary>
    public static bool IsToken(string text) =>
        Array.Exists(Prefixes, prefix => text.StartsWith(prefix, StringComparison.Ordinal)) && text.Contains('.', StringComparison.Ordinal);

    public static void Configure(JwtBearerOptions bearer, JwtOptions options)
    {
        bearer.Authority = options.Authority;
        bearer.Audience = options.Audience;
        bearer.RequireHttpsMetadata = options.RequireHttps;
        bearer.MapInboundClaims = false;
        bearer.IncludeErrorDetails = false;
        bearer.SaveToken = false;
        bearer.Events = new() { OnMessageReceived = RejectTooLong, OnTokenValidated = context => IdentifyAsync(context, options) };
    }

    private static Task RejectTooLong(MessageReceivedContext context)
    {
        if (CallerKeys.BearerOf(context.Request) is { Length: > MaxLength })
        {
            context.Fail("The token is too long.");
        }

        return Task.CompletedTask;
    }

    /// <summary>Sets the caller from the token's claims. A token without a valid role is authenticated, but may do nothing.</summary>
    private static async Task IdentifyAsync(TokenValidatedContext context, JwtOptions options)
    {
        if (context.SecurityToken is not JsonWebToken token || TokenClaims.Read(token.EncodedPayload, options) is not { } claims)
        {
            context.Fail("The token's payload is invalid.");
            return;
        }

        CallerRole? role = claims.Role switch
        {
            "admin" => CallerRole.Admin,
            "lead" => CallerRole.Lead,
            _ => null,
        };
        var person = new Person(claims.Issuer, claims.Subject, claims.Name, claims.ExpiresAt);
        if (role is { } given && await person.ToCallerAsync(given, claims.Team, context.HttpContext) is { } caller)
        {
            context.Principal = AuthenticatedCaller.ToPrincipal(caller, Name);
        }
    }
}
