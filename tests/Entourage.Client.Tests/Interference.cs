using System.Net;

namespace Entourage.Client.Tests;

/// <summary>What goes wrong between a client and its server.</summary>
/// <param name="interfere">Is given a request and how to send it, and answers it.</param>
internal sealed class Interference(Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> interfere) : DelegatingHandler
{
    private readonly List<HttpRequestMessage> requests = [];

    /// <summary>Every attempt, in order.</summary>
    public IReadOnlyList<HttpRequestMessage> Requests => requests;

    /// <summary>The first of all attempts to fail in a way of the test's.</summary>
    public static Interference OfFirst(Func<Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> fail)
    {
        var first = true;
        return new((_, send) =>
        {
            var now = first;
            first = false;
            return now ? fail(send) : send();
        });
    }

    /// <summary>An answer without a body.</summary>
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
