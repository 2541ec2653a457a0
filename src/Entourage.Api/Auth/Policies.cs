using Entourage.Domain.Access;
using Microsoft.AspNetCore.Authorization;

namespace Entourage.Api.Auth;

/// <summary>The role that a route requires. Access to its resource is checked for each request.</summary>
public static class Policies
{
    /// <summary>Any caller.</summary>
    public const string Agent = nameof(Agent);

    /// <summary>A lead or an admin.</summary>
    public const string Lead = nameof(Lead);

    /// <summary>An admin.</summary>
    public const string Admin = nameof(Admin);

    internal static void Configure(AuthorizationOptions options)
    {
        Add(Agent, CallerRole.Agent);
        Add(Lead, CallerRole.Lead);
        Add(Admin, CallerRole.Admin);

        // A route without a policy is denied to everyone. Requests that match no route pass, and get 404 or 405.
        options.FallbackPolicy = new AuthorizationPolicyBuilder()
            .RequireAssertion(context => context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint)
            .Build();

        void Add(string name, CallerRole least) => options.AddPolicy(name, policy => policy.AddRequirements(new RoleRequirement(least)));
    }
}
