using Entourage.Application.Access;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Requests;

/// <summary>Sends a page's requests as the visitor, each in a new service scope. They are the requests that the controllers send.</summary>
internal sealed partial class RequestSender(IServiceScopeFactory scopes, Visitor visitor, ILogger<RequestSender> logger)
{
    public static async Task<T> SendAsync<T>(IServiceScopeFactory scopes, Caller caller, IRequest<T> request, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = caller;
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, cancellationToken);
    }

    /// <summary>Sends a request and returns its answer, or a fault for the page to show.</summary>
    public async Task<Outcome<T>> TryAsync<T>(IRequest<T> request, CancellationToken cancellationToken = default)
    {
        try
        {
            return await visitor.IsStillSignedInAsync(cancellationToken)
                ? new(await SendAsync(scopes, visitor.Caller, request, cancellationToken), null)
                : new(default, Fault.SignedOut);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var fault = Fault.Of(exception);
            if (fault == Fault.Unexpected)
            {
                LogUnexpected(logger, request.GetType().Name, exception);
            }

            return new(default, fault);
        }
    }

    [LoggerMessage(3003, LogLevel.Error, "The dashboard's {Request} failed")]
    private static partial void LogUnexpected(ILogger logger, string request, Exception exception);
}

/// <summary>The answer to a request, or its fault.</summary>
/// <param name="Answer">The default if there is a fault.</param>
/// <param name="Fault">Null if there is an answer.</param>
internal sealed record Outcome<T>(T? Answer, Fault? Fault);
