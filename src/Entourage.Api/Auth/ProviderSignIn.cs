using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Entourage.Application.Access;
using Entourage.Application.Formats;
using Entourage.Dashboard.Pages;
using Entourage.Domain.Audit;
using Entourage.Domain.Organisations;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Entourage.Api.Auth;

/// <summary>
/// Signs people in to the dashboard at an identity provider, by the authorization code flow with PKCE. The cookie contains the person and their
/// groups. The role is looked up on each request, so a mapping that is removed from the configuration gives no access after the restart.
/// </summary>
internal sealed partial class ProviderSignIn(IdentityProviderOptions options, TimeProvider time, ILogger<ProviderSignIn> logger)
{
    /// <summary>The scheme, and the cookie, of people who are signed in.</summary>
    public const string Session = "entourage_session";

    private const string Provider = "openid-connect";

    private const string Issuer = "iss";
    private const string Subject = "sub";
    private const string Name = "name";
    private const string Group = "group";

    // The provider gets the address, encrypted, in a URL. Headers and URLs have limits, also in proxies.
    private const int MaxReturnLength = 1_000;

    private const int MaxReasonLength = 500;

    // Anyone can make this server ask the provider, which must not use up the files that the process may open.
    private const int MaxProviderConnections = 16;

    private static readonly TimeSpan ProviderTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProviderConnectionLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(1);

    private long loggedTicks;

    /// <summary>Registers the schemes.</summary>
    /// <param name="schemes">The schemes.</param>
    /// <param name="options">The valid settings of a provider.</param>
    public static void AddTo(AuthenticationBuilder schemes, IdentityProviderOptions options)
    {
        var protection = new SecretProtection(options.ClientSecret!, $"{options.Authority}\n{options.ClientId}\n{options.GroupsClaim}");
        schemes.Services.AddSingleton<ProviderSignIn>(services =>
            new(options, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ProviderSignIn>>()));
        schemes.AddCookie(Session, cookie => ConfigureCookie(cookie, options, protection));
        schemes.AddOpenIdConnect(Provider, connect => ConfigureProvider(connect, options, protection));
        schemes.Services.AddSingleton<IAuthenticationSchemeProvider, Schemes>();
    }

    /// <summary>Redirects to the provider, which then returns to an address of this server.</summary>
    /// <param name="context">The request.</param>
    /// <param name="address">The local address to return to.</param>
    public async Task StartAsync(HttpContext context, string address)
    {
        try
        {
            var target = address.Length > MaxReturnLength ? SignIn.Home : address;
            await LoadMetadataAsync(context);
            await context.ChallengeAsync(Provider, new() { RedirectUri = target });
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The provider's metadata cannot be loaded, or is wrong in one of many ways.
            context.Response.Redirect(SignIn.PageOf(Log(exception), address));
        }
    }

    /// <summary>Reads the provider's answer, signs the person in and redirects to the address to return to, or to the sign-in page with a reason.</summary>
    public static async Task FinishAsync(HttpContext context)
    {
        var handlers = context.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        var handler = (IAuthenticationRequestHandler?)await handlers.GetHandlerAsync(context, Provider);
        if (!await handler!.HandleRequestAsync())
        {
            // The route also matches the path with a slash at its end.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    /// <summary>Removes the cookie of a person, if the browser has one.</summary>
    public static Task ForgetAsync(HttpContext context) => context.SignOutAsync(Session);

    /// <summary>Ends the session of a person who has signed in at the provider.</summary>
    /// <returns>The provider's address to sign out there; null if there is nothing to do.</returns>
    public async Task<string?> EndAsync(HttpContext context)
    {
        var wasSignedIn = context.User.Identity is CallerIdentity { AuthenticationType: Session };
        await ForgetAsync(context);
        if (!wasSignedIn || !options.SignOutAtProvider || await FindEndpointAsync(context) is not { } endpoint)
        {
            return null;
        }

        var page = $"{context.Request.Scheme}://{context.Request.Host}{SignInPage.Path}";
        return new OpenIdConnectMessage { IssuerAddress = endpoint, ClientId = options.ClientId, PostLogoutRedirectUri = page }.CreateLogoutRequestUrl();
    }

    /// <summary>
    /// A page that goes on to the provider. Browsers apply the policy for forms to redirects as well, and the provider may redirect to servers
    /// that are not known here. A page that is loaded first ends the form's navigation.
    /// </summary>
    public static IResult SignOutPage(string address)
    {
        var encoded = HtmlEncoder.Default.Encode(address);
        return TypedResults.Content(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>Signing out – Entourage</title><meta http-equiv="refresh" content="0;url={encoded}"></head>
            <body><p>You are signed out of Entourage. <a href="{encoded}">Sign out of your identity provider too</a></p></body>
            </html>
            """,
            "text/html",
            Encoding.UTF8);
    }

    private async Task<string?> FindEndpointAsync(HttpContext context)
    {
        try
        {
            var metadata = await LoadMetadataAsync(context);
            return string.IsNullOrEmpty(metadata.EndSessionEndpoint) ? null : metadata.EndSessionEndpoint;
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            Log(exception);
            return null;
        }
    }

    /// <summary>Loads the provider's metadata, unless it is known. Callers queue for it, so each waits no longer than a single attempt may take.</summary>
    private static async Task<OpenIdConnectConfiguration> LoadMetadataAsync(HttpContext context)
    {
        var connect = context.RequestServices.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>().Get(Provider);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(ProviderTimeout);
        return await connect.ConfigurationManager!.GetConfigurationAsync(limit.Token);
    }

    private static void ConfigureCookie(CookieAuthenticationOptions cookie, IdentityProviderOptions options, SecretProtection protection)
    {
        cookie.Cookie.Name = Session;
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = TimeSpan.FromMinutes(options.SessionMinutes);
        cookie.SlidingExpiration = false;
        cookie.DataProtectionProvider = protection;
        cookie.ForwardChallenge = KeyAuthentication.Name;
        cookie.ForwardForbid = KeyAuthentication.Name;
        cookie.Events.OnValidatePrincipal = async context =>
        {
            // A shorter session applies to people who have signed in before, too.
            var now = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
            var ends = Earlier(context.Properties.ExpiresUtc, context.Properties.IssuedUtc + cookie.ExpireTimeSpan);
            if (context.Principal is { } session && ends > now && await FindCallerAsync(session, ends, options, context.HttpContext) is { } caller)
            {
                context.ReplacePrincipal(AuthenticatedCaller.ToPrincipal(caller, Session));
            }
            else
            {
                context.RejectPrincipal();
            }
        };
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one < other ? one : other;

    private static void ConfigureProvider(OpenIdConnectOptions connect, IdentityProviderOptions options, SecretProtection protection)
    {
        connect.Authority = options.Authority;
        connect.ClientId = options.ClientId;
        connect.ClientSecret = options.ClientSecret;
        connect.RequireHttpsMetadata = options.Authority!.StartsWith(Uri.UriSchemeHttps + ":", StringComparison.OrdinalIgnoreCase);
        connect.SignInScheme = Session;
        connect.DataProtectionProvider = protection;
        connect.BackchannelTimeout = ProviderTimeout;
        connect.BackchannelHttpHandler = new SocketsHttpHandler { MaxConnectionsPerServer = MaxProviderConnections, PooledConnectionLifetime = ProviderConnectionLifetime };
        connect.PushedAuthorizationBehavior = PushedAuthorizationBehavior.Disable;
        connect.CallbackPath = SignInPage.CallbackPath;
        connect.RemoteSignOutPath = default;
        connect.SignedOutCallbackPath = default;

        // In the default mode, the provider's page posts the code, and browsers send no cookies with a form of another site.
        connect.ResponseType = OpenIdConnectResponseType.Code;
        connect.ResponseMode = OpenIdConnectResponseMode.Query;
        connect.CorrelationCookie.SameSite = connect.NonceCookie.SameSite = SameSiteMode.Lax;
        connect.CorrelationCookie.SecurePolicy = connect.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        connect.MapInboundClaims = false;
        connect.ClaimActions.Clear();
        connect.SaveTokens = false;
        connect.DisableTelemetry = true;
        connect.Scope.Clear();
        foreach (var scope in options.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            connect.Scope.Add(scope);
        }

        connect.Events.OnTicketReceived = context => ReceiveAsync(context, options);
        connect.Events.OnAccessDenied = context => Refuse(context, SignInRefusal.ProviderDenied, context.ReturnUrl);
        connect.Events.OnRemoteFailure = context =>
        {
            var refusal = context.HttpContext.RequestServices.GetRequiredService<ProviderSignIn>().Log(context.Failure!);
            return Refuse(context, refusal, context.Properties?.RedirectUri);
        };
    }

    /// <summary>Reduces the ticket to the person and the groups of the mappings, and refuses a person without a role.</summary>
    private static async Task ReceiveAsync(TicketReceivedContext context, IdentityProviderOptions options)
    {
        var claims = context.Principal!;
        if (claims.FindFirst(Subject) is not { Value: { Length: > 0 and <= AuditEntry.ActorSubjectLength } subject, Issuer: var issuer })
        {
            await Refuse(context, SignInRefusal.ProviderFailed, context.ReturnUri);
            return;
        }

        var names = options.Groups.Select(mapping => mapping.Name).ToHashSet(StringComparer.Ordinal);
        var session = new ClaimsIdentity(
            [
                new(Issuer, issuer),
                new(Subject, subject),
                new(Name, SingleLine.Cut(claims.FindFirst(options.NameClaim)?.Value ?? "", Organisation.NameLength)),
                .. claims.FindAll(options.GroupsClaim).Select(claim => claim.Value).Where(names.Contains).Distinct().Select(group => new Claim(Group, group)),
            ],
            Session);
        context.Principal = new(session);
        context.Properties = new();
        if (await FindCallerAsync(context.Principal, null, options, context.HttpContext) is null)
        {
            // The person may have had a role at the last sign-in.
            await ForgetAsync(context.HttpContext);
            await Refuse(context, SignInRefusal.NoRole, context.ReturnUri);
            return;
        }

        context.Response.Cookies.Delete(KeyAuthentication.Cookie);
    }

    private static ValueTask<Caller?> FindCallerAsync(ClaimsPrincipal session, DateTimeOffset? expiresAt, IdentityProviderOptions options, HttpContext context)
    {
        var person = new Person(session.FindFirst(Issuer)?.Value, session.FindFirst(Subject)?.Value, session.FindFirst(Name)?.Value, expiresAt);
        return options.Find([.. session.FindAll(Group).Select(claim => claim.Value)]) is { Role: { } role, TeamId: var team }
            ? person.ToCallerAsync(role, team, context)
            : default;
    }

    private static Task Refuse<T>(HandleRequestContext<T> context, SignInRefusal refusal, string? address)
        where T : AuthenticationSchemeOptions
    {
        context.Response.Redirect(SignIn.PageOf(refusal, address ?? SignIn.Home));
        context.HandleResponse();
        return Task.CompletedTask;
    }

    // The framework wraps the cause once or twice.
    private static bool IsOutage(Exception exception) =>
        exception is HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError } or IOException or OperationCanceledException
        || (exception.InnerException is { } inner && IsOutage(inner));

    /// <summary>Logs a failure, and returns it as a reason for the visitor.</summary>
    private SignInRefusal Log(Exception failure)
    {
        // Anyone can make sign-ins fail, so they must not fill the log.
        var isOutage = IsOutage(failure);
        var (now, last) = (time.GetUtcNow().UtcTicks, Interlocked.Read(ref loggedTicks));
        if (now - last >= LogInterval.Ticks && Interlocked.CompareExchange(ref loggedTicks, now, last) == last)
        {
            // Messages of outages contain the stack traces of their causes. Others may quote the provider, or what a visitor puts in its place.
            var reason = isOutage ? $"{options.Authority} cannot be reached. {failure.GetBaseException().Message}" : failure.Message;
            LogFailed(logger, SingleLine.Cut(SingleLine.Of(reason), MaxReasonLength));
        }

        return isOutage ? SignInRefusal.ProviderUnreachable : SignInRefusal.ProviderFailed;
    }

    [LoggerMessage(1008, LogLevel.Warning, "A sign-in at the identity provider failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    /// <summary>
    /// Names no scheme that may handle requests itself. The framework would create the provider's handler for each request to ask it. It is
    /// needed for one route only, which calls it.
    /// </summary>
    private sealed class Schemes(IOptions<AuthenticationOptions> options) : AuthenticationSchemeProvider(options)
    {
        public override Task<IEnumerable<AuthenticationScheme>> GetRequestHandlerSchemesAsync() => Task.FromResult<IEnumerable<AuthenticationScheme>>([]);
    }
}
