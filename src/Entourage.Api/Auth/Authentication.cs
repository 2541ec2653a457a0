using Entourage.Api.Protection;
using Entourage.Application.Access;
using Entourage.Gateway.Calls;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Entourage.Api.Auth;

/// <summary>Sets up authentication and authorization.</summary>
internal static class Authentication
{
    private const string KeyOrToken = "key-or-token";

    /// <param name="services">The services.</param>
    /// <param name="isOpen">Whether requests need no key.</param>
    /// <param name="jwt">The authority whose tokens are accepted besides keys, if there is one.</param>
    public static void AddAuthenticationSchemes(this IServiceCollection services, bool isOpen, JwtOptions jwt)
    {
        var acceptsTokens = !isOpen && !string.IsNullOrEmpty(jwt.Authority);
        var schemes = services.AddAuthentication(isOpen ? OpenAuthentication.Name : acceptsTokens ? KeyOrToken : KeyAuthentication.Name);
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
            schemes.AddJwtBearer(JwtCallers.Name, bearer => JwtCallers.Configure(bearer, jwt));
            schemes.AddPolicyScheme(KeyOrToken, null, policy => policy.ForwardDefaultSelector = SelectScheme);
        }

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

    private static string SelectScheme(HttpContext context) =>
        !CallerKeys.IsCall(context.Request)
        && !context.Request.Headers.ContainsKey(KeyAuthentication.Header)
        && CallerKeys.BearerOf(context.Request) is { } text && JwtCallers.IsToken(text)
            ? JwtCallers.Name
            : KeyAuthentication.Name;
}
