using System.Net;

namespace Entourage.Client.Tests;

/// <summary>A handler that lets requests or responses fail between a client and its server.</summary>
/// <param name="interfere">Answers a request, with a function that sends it.</param>
internal sealed class Interference(Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> interfere) : DelegatingHandler
{
    private readonly List<HttpRequestMessage> requests = [];

    /// <summary>All attempts, in order.</summary>
    public IReadOnlyList<HttpRequestMessage> Requests => requests;

    /// <summary>Lets only the first attempt fail.</summary>
    public static Interference WithFirst(Func<Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> fail)
    {
        var first = true;
        return new((_, send) =>
        {
            var isFirst = first;
            first = false;
            return isFirst ? fail(send) : send();
        });
    }

    /// <summary>Creates a response without a body.</summary>
    public static HttpResponseMessage Answer(HttpStatusCode status) => new(status);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (requests)
        {
            requests.Add(request);
        }

        return interfere(request, () => base.SendAsync(request, cancellationToken));
    }
}
