using Entourage.Api.Protection;
using Entourage.Application.Access;
using Entourage.Dashboard.Pages;
using Entourage.Gateway.Calls;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Entourage.Api.Auth;

/// <summary>Sets up authentication and authorization.</summary>
internal static class Authentication
{
    private const string Selected = "selected";

    /// <param name="services">The services.</param>
    /// <param name="isOpen">Whether requests need no key.</param>
    /// <param name="options">The authority whose tokens are accepted besides keys, and the provider at which people sign in, if there are any.</param>
    public static void AddAuthenticationSchemes(this IServiceCollection services, bool isOpen, AuthOptions options)
    {
        var acceptsTokens = !isOpen && !string.IsNullOrEmpty(options.Jwt.Authority);
        var acceptsSessions = !isOpen && options.OpenIdConnect.IsSet;
        var schemes = services.AddAuthentication(isOpen ? OpenAuthentication.Name : acceptsTokens || acceptsSessions ? Selected : KeyAuthentication.Name);
        if (isOpen)
        {
            services.AddSingleton<IReadyCallers, OpenAuthentication.ReadyCallers>();
            schemes.AddScheme<AuthenticationSchemeOptions, OpenAuthentication>(OpenAuthentication.Name, null);
        }
        else
        {
            services.AddSingleton<IReadyCallers, KeyAuthentication.ReadyCallers>();
            schemes.AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.Name, null);
        }

        if (acceptsTokens)
        {
            schemes.AddJwtBearer(JwtCallers.Name, bearer => JwtCallers.Configure(bearer, options.Jwt));
        }

        if (acceptsSessions)
        {
            ProviderSignIn.AddTo(schemes, options.OpenIdConnect);
        }

        if (acceptsTokens || acceptsSessions)
        {
            schemes.AddPolicyScheme(Selected, null, policy => policy.ForwardDefaultSelector = context => SelectScheme(context, acceptsTokens, acceptsSessions));
        }

        services.AddSingleton(new SignInMethods(acceptsSessions ? options.OpenIdConnect.DisplayName : null));
        services.AddAuthorization(Policies.Configure);
        services.AddSingleton<IPolicyEvaluator, RolePolicyEvaluator>();
        services.AddScoped<AuthenticationService>();
        services.AddSingleton<IAuthenticationService, CallerAuthentication>();
    }

    /// <summary>Authenticates and authorizes each request, and makes its caller available as <see cref="CallerContext"/>.</summary>
    public static void UseAccess(this WebApplication app)
    {
        app.UseAuthentication();
        app.Use((context, next) =>
        {
            if (context.User.Identity is CallerIdentity identity)
            {
                context.RequestServices.GetRequiredService<CallerContext>().Current = identity.Caller;
            }

            return next(context);
        });
        app.Services.GetRequiredService<RequestRates>().UseAddressLimitWithoutKey(app);
        app.UseAuthorization();
    }

    /// <summary>Whether a request has a key, a token or the cookie of a person, valid or not.</summary>
    public static bool HasCredential(HttpRequest request) => KeyAuthentication.TextOf(request) is not null || request.Cookies.ContainsKey(ProviderSignIn.Session);

    private static string SelectScheme(HttpContext context, bool acceptsTokens, bool acceptsSessions)
    {
        var request = context.Request;
        if (CallerKeys.IsCall(request) || request.Headers.ContainsKey(KeyAuthentication.Header))
        {
            return KeyAuthentication.Name;
        }

        return acceptsTokens && CallerKeys.BearerOf(request) is { } text && JwtCallers.IsToken(text) ? JwtCallers.Name
            : acceptsSessions && KeyAuthentication.TextOf(request) is null && request.Cookies.ContainsKey(ProviderSignIn.Session) ? ProviderSignIn.Session
            : KeyAuthentication.Name;
    }
}
