using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Entourage.Api.Auth;

/// <summary>
/// Admits callers with the required role without the objects that the framework creates for each evaluation. The framework evaluates
/// everything else, and refuses.
/// </summary>
internal sealed class RolePolicyEvaluator(IAuthorizationService authorization) : PolicyEvaluator(authorization)
{
    private static readonly Task<PolicyAuthorizationResult> Admitted = Task.FromResult(PolicyAuthorizationResult.Success());

    public override Task<PolicyAuthorizationResult> AuthorizeAsync(
        AuthorizationPolicy policy, AuthenticateResult authenticationResult, HttpContext context, object? resource) =>
        policy.Requirements is [RoleRequirement required] && required.IsMetBy(context.User)
            ? Admitted
            : base.AuthorizeAsync(policy, authenticationResult, context, resource);
}
