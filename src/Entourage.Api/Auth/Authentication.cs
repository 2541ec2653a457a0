using Entourage.Api.Protection;
using Entourage.Application.Access;
using Microsoft.AspNetCore.Authentication;

namespace Entourage.Api.Auth;

/// <summary>Finds out who sends a request, and whether it may use the route.</summary>
internal static class Authentication
{
    private const string Choosing = "choosing";

    /// <summary>Adds the schemes that a mode has.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="isOpen">Whether requests need no key.</param>
    /// <param name="jwt">Whose tokens are taken besides keys.</param>
    public static void AddAccess(this IServiceCollection services, bool isOpen, JwtOptions jwt)
    {
        var takesTokens = !isOpen && !string.IsNullOrEmpty(jwt.Authority);
        var schemes = services.AddAuthentication(isOpen ? OpenAuthentication.Name : takesTokens ? Choosing : KeyAuthentication.Name);
        if (isOpen)
        {
            schemes.AddScheme<AuthenticationSchemeOptions, OpenAuthentication>(OpenAuthentication.Name, null);
        }
        else
        {
            schemes.AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.Name, null);
        }

        if (takesTokens)
        {
            schemes.AddJwtBearer(JwtCallers.Name, bearer => JwtCallers.Configure(bearer, jwt));
            schemes.AddPolicyScheme(Choosing, null, choosing => choosing.ForwardDefaultSelector = Choose);
        }

        services.AddAuthorization(Policies.Configure);
    }

    /// <summary>Asks every request who sends it, and tells the rest of the program.</summary>
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
        app.Services.GetRequiredService<RequestRates>().UseOverLimit(app);
        app.UseAuthorization();
    }

    private static string Choose(HttpContext context) =>
        !context.Request.Headers.ContainsKey(KeyAuthentication.Header) && KeyAuthentication.BearerOf(context.Request) is { } text && JwtCallers.IsToken(text)
            ? JwtCallers.Name
            : KeyAuthentication.Name;
}
