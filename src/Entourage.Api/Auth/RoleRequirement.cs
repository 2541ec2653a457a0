using System.Security.Claims;
using Entourage.Application.Access;
using Entourage.Domain.Access;
using Microsoft.AspNetCore.Authorization;

namespace Entourage.Api.Auth;

/// <summary>Requires a caller with a role or a higher one.</summary>
/// <param name="least">The role.</param>
internal sealed class RoleRequirement(CallerRole least) : AuthorizationHandler<RoleRequirement>, IAuthorizationRequirement
{
    public bool IsMetBy(ClaimsPrincipal user) => user.Identity is CallerIdentity identity && identity.Caller.Role >= least;

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RoleRequirement requirement)
    {
        if (requirement.IsMetBy(context.User))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
