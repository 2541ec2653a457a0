using Entourage.Application.Access;
using MediatR;

namespace Entourage.Application.Behaviors;

/// <summary>
/// Checks the caller's permission before anything else handles a request. Requests of controllers and pages alike pass through here.
/// </summary>
internal sealed class AccessBehavior<TRequest, TResponse>(AccessGate gate) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        // Checked at run time: with a generic constraint the behaviour would silently skip a request that declares no permission.
        var permission = request is IAuthorizedRequest authorized
            ? authorized.RequiredPermission()
            : throw new InvalidOperationException($"{typeof(TRequest).Name} must implement IAuthorizedRequest.");
        var check = gate.EnsureAsync(permission, cancellationToken);

        // Nearly always, the owner of the resource is cached.
        return check.IsCompletedSuccessfully ? next() : WaitAsync(check, next);
    }

    private static async Task<TResponse> WaitAsync(ValueTask check, RequestHandlerDelegate<TResponse> next)
    {
        await check;
        return await next();
    }
}
