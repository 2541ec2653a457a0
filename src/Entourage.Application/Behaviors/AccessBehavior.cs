using Entourage.Application.Access;
using MediatR;

namespace Entourage.Application.Behaviors;

/// <summary>
/// Asks of each request, before anything else looks at it, whether its caller may send it. Whichever door a request comes in by, it comes
/// by here.
/// </summary>
internal sealed class AccessBehavior<TRequest, TResponse>(AccessGate gate) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : notnull
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        // Not a constraint of the type: a request that says nothing would pass by it.
        var needs = request is IAuthorizedRequest guarded
            ? guarded.RequiredPermission()
            : throw new InvalidOperationException($"{typeof(TRequest).Name} does not say who may send it.");
        await gate.EnsureAsync(needs, cancellationToken);
        return await next();
    }
}
