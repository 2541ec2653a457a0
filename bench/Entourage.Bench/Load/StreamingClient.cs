using System.Diagnostics;

namespace Entourage.Bench.Load;

/// <summary>Repeats a request for a stream, and times its first byte as well as its last.</summary>
/// <param name="request">The request.</param>
internal sealed class StreamingClient(byte[] request) : IClient
{
    private readonly List<long> firstTicks = [];

    /// <summary>The times until the first byte of the body.</summary>
    public IReadOnlyList<long> FirstTicks => firstTicks;

    /// <inheritdoc/>
    public async ValueTask TurnAsync(HttpConnection connection, int turn)
    {
        var started = Stopwatch.GetTimestamp();
        await connection.SendAsync(request, 200);
        firstTicks.Add(connection.FirstByteAt - started);
    }
}
