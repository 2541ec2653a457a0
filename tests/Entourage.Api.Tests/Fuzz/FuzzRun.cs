using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Entourage.Testing;

namespace Entourage.Api.Tests.Fuzz;

/// <summary>Sends requests to a server and checks the answers.</summary>
internal sealed class FuzzRun : IDisposable
{
    private const int MaxFaults = 10;
    private const int AttemptsForSuccess = 40;

    // Generous for a busy machine. No request takes a second.

    private readonly ApiHost host;
    private readonly Uri address;
    private readonly HttpClient client;
    private readonly IReadOnlyList<FuzzOperation> operations;
    private readonly int firstSeed;
    private readonly FuzzPool pool = new();
    private readonly ConcurrentQueue<string> faults = new();
    private readonly ConcurrentDictionary<FuzzOperation, int> successes = new();
    private readonly ConcurrentDictionary<int, int> statuses = new();
    private long done;

    public FuzzRun(ApiHost host, IReadOnlyList<FuzzOperation> operations, int firstSeed)
    {
        (this.host, this.operations, this.firstSeed) = (host, operations, firstSeed);
        address = host.Api.Http.BaseAddress!;
        var handler = new SocketsHttpHandler
        {
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
            AllowAutoRedirect = false,

            // Otherwise a large body is still being sent when the refusal arrives, and is cut off.
            Expect100ContinueTimeout = Patience.Limit,
        };
        client = new(host.CheckConformance(handler)) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The failures, each with its request.</summary>
    public IReadOnlyCollection<string> Faults => faults;

    /// <summary>The number of answers by status.</summary>
    public IReadOnlyDictionary<int, int> Statuses => statuses;

    /// <summary>The operations that never succeeded.</summary>
    public IEnumerable<FuzzOperation> Unsuccessful => operations.Where(operation => !successes.ContainsKey(operation));

    /// <summary>Sends requests, one operation after the other.</summary>
    /// <param name="from">The index of the first request.</param>
    /// <param name="count">The number of requests.</param>
    /// <param name="concurrency">The number of concurrent requests.</param>
    public Task SendAsync(int from, int count, int concurrency) => Parallel.ForEachAsync(
        Enumerable.Range(from, count),
        new ParallelOptions { MaxDegreeOfParallelism = concurrency },
        async (number, _) =>
        {
            if (faults.Count < MaxFaults)
            {
                await SendAsync(operations[number % operations.Count], number, isGood: null);
            }
        });

    /// <summary>Sends valid requests until each operation has succeeded or a limit is reached, so that later requests find resources.</summary>
    public async Task SucceedAsync(int from)
    {
        for (var attempt = 0; attempt < AttemptsForSuccess && faults.IsEmpty && Unsuccessful.Any(); attempt++)
        {
            // Successful operations are repeated, because they create what the others need.
            foreach (var operation in operations.Where(operation => !operation.IsEnd || !successes.ContainsKey(operation)))
            {
                await SendAsync(operation, from++, isGood: true);
            }
        }
    }

    public void Dispose() => client.Dispose();

    private async Task SendAsync(FuzzOperation operation, int number, bool? isGood)
    {
        if (Interlocked.Increment(ref done) % 50 == 0)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var request = FuzzRequest.Create(operation, pool, host.Clock.GetUtcNow(), unchecked((firstSeed * 1_000_003) + number), isGood);
        using var patience = new CancellationTokenSource(Patience.Limit);
        try
        {
            var answer = isGood is null && number % 97 == 0 && request.Body is not null
                ? await SendTruncatedAsync(request, patience.Token)
                : await SendAsync(request, patience.Token);
            CheckAnswer(request, answer);
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException or IOException or SocketException)
        {
            faults.Enqueue($"{(patience.IsCancellationRequested ? "no answer came" : exception.Message)}\n{request}");
        }
    }

    private void CheckAnswer(FuzzRequest request, FuzzAnswer answer)
    {
        statuses.AddOrUpdate(answer.Status, 1, (_, count) => count + 1);
        if (answer.Status != 0 && answer.FaultOf(request) is { } fault)
        {
            faults.Enqueue($"{fault}: {answer.Status} {answer.MediaType} {answer.Text[..Math.Min(answer.Text.Length, 1_000)]}\n{request}");
        }
        else if (answer.IsSuccess && request.Method == request.Operation.Method)
        {
            successes.AddOrUpdate(request.Operation, 1, (_, count) => count + 1);
            pool.Collect(request.Operation, answer);
        }
    }

    private async Task<FuzzAnswer> SendAsync(FuzzRequest request, CancellationToken cancellationToken)
    {
        using var message = request.ToMessage();
        using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var mediaType = response.Content.Headers.ContentType?.MediaType;
        var text = mediaType == "text/event-stream"
            ? await ReadPieceAsync(response, cancellationToken)
            : await response.Content.ReadAsStringAsync(cancellationToken);
        return new(
            (int)response.StatusCode,
            mediaType,
            text,
            response.Headers.TryGetValues("Link", out var links) ? links.First() : null,
            response.Headers.ETag?.ToString());
    }

    private static async Task<string> ReadPieceAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var piece = new byte[4_096];
        return Encoding.UTF8.GetString(piece, 0, await stream.ReadAsync(piece, cancellationToken));
    }

    /// <summary>Sends less than announced. The server must refuse or hang up in time.</summary>
    private async Task<FuzzAnswer> SendTruncatedAsync(FuzzRequest request, CancellationToken cancellationToken)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, cancellationToken);
        await using var stream = connection.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        string text;
        try
        {
            await stream.WriteAsync(request.ToTruncatedBytes(), cancellationToken);
            connection.Client.Shutdown(SocketShutdown.Send);
            text = await reader.ReadToEndAsync(cancellationToken);
        }
        catch (IOException)
        {
            // The server hung up.
            text = "";
        }

        if (text.Length == 0)
        {
            return new(0, null, "");
        }

        var (head, body) = (text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)], text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        var mediaType = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Type: ", StringComparison.OrdinalIgnoreCase))?[14..].Split(';')[0];

        // A chunked body has the length of each chunk before it.
        var (from, to) = (body.IndexOf('{', StringComparison.Ordinal), body.LastIndexOf('}'));
        return new(int.Parse(head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), mediaType, from < 0 ? body : body[from..(to + 1)]);
    }
}
