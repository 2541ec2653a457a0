using Entourage.Application.Access;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Entourage.Dashboard.Requests;

/// <summary>Sends the requests of a page, the same that controllers send, each in a scope of its own and in the visitor's name.</summary>
public sealed partial class RequestSender(IServiceScopeFactory scopes, Visitor visitor, ILogger<RequestSender> logger)
{
    /// <summary>Sends a request of a caller.</summary>
    internal static async Task<T> SendAsync<T>(IServiceScopeFactory scopes, Caller caller, IRequest<T> request, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = caller;
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, cancellationToken);
    }

    /// <summary>Sends a request; what goes wrong with it is for the page to show.</summary>
    public async Task<Outcome<T>> TryAsync<T>(IRequest<T> request, CancellationToken cancellationToken = default)
    {
        try
        {
            return await visitor.StaysAsync(cancellationToken)
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

/// <summary>What came of a request: an answer, or what is wrong.</summary>
/// <param name="Answer">The answer; the default where there is a fault.</param>
/// <param name="Fault">What is wrong; null where there is an answer.</param>
public sealed record Outcome<T>(T? Answer, Fault? Fault);
