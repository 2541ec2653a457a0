using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Entourage.Testing;

/// <summary>
/// An OpenID Connect provider on a loopback port, with one client, a sign-in page with a button for each user, and a session of its own. Its host
/// name is <c>localhost</c>, so for a browser it is another site than a server at <c>127.0.0.1</c>.
/// </summary>
public sealed class IdentityProvider : IAsyncDisposable
{
    /// <summary>The secret of its client.</summary>
    public const string ClientSecret = "the-secret-of-the-client-0123456789";

    private const string ClientId = "entourage";

    private readonly WebApplication app;

    private IdentityProvider(WebApplication app) => this.app = app;

    /// <summary>Its address.</summary>
    public string Url { get; private set; } = "";

    /// <summary>The users, by subject, with their groups.</summary>
    public ConcurrentDictionary<string, string[]> Users { get; } = new();

    /// <summary>All codes and tokens that it has issued.</summary>
    public ConcurrentQueue<string> Issued { get; } = new();

    /// <summary>The addresses to which browsers returned after they signed out.</summary>
    public ConcurrentQueue<string> SignOuts { get; } = new();

    /// <summary>Whether its token endpoint fails.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Starts a provider.</summary>
    /// <param name="hasEndSession">Whether people can sign out at it.</param>
    /// <param name="port">Its port; 0 for any.</param>
    public static async Task<IdentityProvider> StartAsync(bool hasEndSession = true, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        IdentityProvider? provider = null;
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        builder.Services.AddOpenIddict().AddServer(server => Configure(server, hasEndSession, () => provider!));
        var app = builder.Build();
        provider = new(app);
        app.Use((context, next) => provider.IsBroken && context.Request.Path == "/token" ? FailAsync(context) : next(context));
        app.UseAuthentication();
        app.MapMethods("/authorize", ["GET", "POST"], provider.AuthorizeAsync);
        app.MapMethods("/end-session", ["GET", "POST"], provider.EndSessionAsync);
        await app.StartAsync();
        provider.Url = $"http://localhost:{new Uri(app.Urls.Single()).Port}";

        // The first answer takes long on a busy machine, and servers wait for it only a few seconds.
        using var http = new HttpClient { Timeout = Patience.Limit };
        await http.GetStringAsync(new Uri(provider.Url + "/.well-known/openid-configuration"));
        return provider;
    }

    /// <summary>Settings with which a server offers to sign in here.</summary>
    /// <param name="mappings">Groups with their role, and the team of a lead.</param>
    public Dictionary<string, string> Settings(params (string Group, string Role, string? Team)[] mappings)
    {
        ArgumentNullException.ThrowIfNull(mappings);
        var settings = new Dictionary<string, string>(ApiHost.WithKeys)
        {
            ["Auth:OpenIdConnect:Authority"] = Url,
            ["Auth:OpenIdConnect:ClientId"] = ClientId,
            ["Auth:OpenIdConnect:ClientSecret"] = ClientSecret,
            ["Auth:OpenIdConnect:DisplayName"] = "Acme ID",
        };
        foreach (var (index, (group, role, team)) in mappings.Index())
        {
            settings[$"Auth:OpenIdConnect:Groups:{index}:Name"] = group;
            settings[$"Auth:OpenIdConnect:Groups:{index}:Role"] = role;
            if (team is not null)
            {
                settings[$"Auth:OpenIdConnect:Groups:{index}:TeamId"] = team;
            }
        }

        return settings;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static void Configure(OpenIddictServerBuilder server, bool hasEndSession, Func<IdentityProvider> provider)
    {
        server.EnableDegradedMode().AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
        server.SetAuthorizationEndpointUris("/authorize").SetTokenEndpointUris("/token");
        server.RegisterScopes(Scopes.Profile);
        server.AddEphemeralEncryptionKey().AddEphemeralSigningKey().DisableAccessTokenEncryption();
        var host = server.UseAspNetCore().DisableTransportSecurityRequirement().EnableAuthorizationEndpointPassthrough();
        if (hasEndSession)
        {
            server.SetEndSessionEndpointUris("/end-session");
            host.EnableEndSessionEndpointPassthrough();
        }

        server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
        {
            RejectUnless(context, context.ClientId == ClientId && context.RedirectUri?.EndsWith("/account/sign-in/callback", StringComparison.Ordinal) == true);
            return default;
        }));
        server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(context =>
        {
            RejectUnless(context, context is { ClientId: ClientId, ClientSecret: ClientSecret });
            return default;
        }));
        server.AddEventHandler<ValidateEndSessionRequestContext>(handler => handler.UseInlineHandler(context =>
        {
            RejectUnless(context, context.PostLogoutRedirectUri?.EndsWith("/sign-in", StringComparison.Ordinal) == true);
            return default;
        }));
        server.AddEventHandler<ApplyTokenResponseContext>(handler => handler.SetOrder(int.MinValue).UseInlineHandler(context =>
        {
            provider().Record(context.Response.IdToken, context.Response.AccessToken);
            return default;
        }));
        server.AddEventHandler<ApplyAuthorizationResponseContext>(handler => handler.SetOrder(int.MinValue).UseInlineHandler(context =>
        {
            provider().Record(context.Response.Code);
            return default;
        }));
    }

    private static void RejectUnless(BaseValidatingContext context, bool isValid)
    {
        if (!isValid)
        {
            context.Reject(Errors.InvalidClient, "The client is not valid.");
        }
    }

    private static Task FailAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }

    private void Record(params string?[] secrets)
    {
        foreach (var secret in secrets.OfType<string>())
        {
            Issued.Enqueue(secret);
        }
    }

    // Shows the users, unless the browser has a session. A browser names the chosen one in the query, and nobody to cancel.
    private async Task AuthorizeAsync(HttpContext context)
    {
        var known = (await context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme)).Principal?.Identity?.Name;
        var chosen = context.Request.Query["user"].FirstOrDefault() ?? known;
        if (chosen is null)
        {
            await ShowUsersAsync(context);
        }
        else if (!Users.TryGetValue(chosen, out var groups))
        {
            await context.ForbidAsync(
                OpenIddictServerAspNetCoreDefaults.AuthenticationScheme,
                new(new Dictionary<string, string?> { [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.AccessDenied }));
        }
        else
        {
            var cookie = new ClaimsIdentity([new(ClaimTypes.Name, chosen)], "cookie");
            await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new(cookie));
            await context.SignInAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, new(IdentityOf(chosen, groups, context)));
        }
    }

    private static ClaimsIdentity IdentityOf(string user, string[] groups, HttpContext context)
    {
        var identity = new ClaimsIdentity("openiddict", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, user).SetClaim(Claims.Name, $"{char.ToUpperInvariant(user[0])}{user[1..]} Lovelace").SetClaims("groups", [.. groups]);
        identity.SetScopes(context.GetOpenIddictServerRequest()!.GetScopes());
        identity.SetDestinations(_ => [Destinations.IdentityToken]);
        return identity;
    }

    private Task ShowUsersAsync(HttpContext context)
    {
        var links = Users.Keys.Append("nobody").Select(user => $"<p><a href=\"/authorize{context.Request.QueryString}&amp;user={user}\">{user}</a></p>");
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync($"<!DOCTYPE html><title>Acme ID</title><link rel=\"icon\" href=\"data:,\"><h1>Acme ID</h1>{string.Concat(links)}");
    }

    private async Task EndSessionAsync(HttpContext context)
    {
        SignOuts.Enqueue(context.GetOpenIddictServerRequest()!.PostLogoutRedirectUri!);
        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        await context.SignOutAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, new() { RedirectUri = "/" });
    }
}
