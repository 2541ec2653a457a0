using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Entourage.Testing;

namespace Entourage.Api.Tests.Fuzz;

/// <summary>Sends requests to a server and looks at the answers.</summary>
internal sealed class FuzzRun : IDisposable
{
    private const int MaxFaults = 10;
    private const int AttemptsForSuccess = 40;

    // However loaded the machine is: nothing here takes a second.

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

            // Else a large body is sent before the refusal has come, and cut off.
            Expect100ContinueTimeout = Patience.Limit,
        };
        client = new(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>What was wrong, with the request that showed it.</summary>
    public IReadOnlyCollection<string> Faults => faults;

    /// <summary>How many answers had which status.</summary>
    public IReadOnlyDictionary<int, int> Statuses => statuses;

    /// <summary>The operations that never succeeded.</summary>
    public IEnumerable<FuzzOperation> Unsuccessful => operations.Where(operation => !successes.ContainsKey(operation));

    /// <summary>Sends requests for one operation after the other.</summary>
    /// <param name="from">The number of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="concurrency">How many at once.</param>
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

    /// <summary>Sends good requests until each operation has succeeded, or will not; so there is something to ask for, too.</summary>
    public async Task SucceedAsync(int from)
    {
        for (var attempt = 0; attempt < AttemptsForSuccess && faults.IsEmpty && Unsuccessful.Any(); attempt++)
        {
            // Those that have succeeded make and find what the others need: something new, and nothing has stopped that.
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
            Look(request, answer);
        }
        catch (Exception exception) when (exception is OperationCanceledException or HttpRequestException or IOException or SocketException)
        {
            faults.Enqueue($"{(patience.IsCancellationRequested ? "no answer came" : exception.Message)}\n{request}");
        }
    }

    private void Look(FuzzRequest request, FuzzAnswer answer)
    {
        statuses.AddOrUpdate(answer.Status, 1, (_, count) => count + 1);
        if (answer.Status != 0 && answer.FaultOf(request) is { } fault)
        {
            faults.Enqueue($"{fault}: {answer.Status} {answer.MediaType} {answer.Text[..Math.Min(answer.Text.Length, 1_000)]}\n{request}");
        }
        else if (answer.IsSuccess && request.Method == request.Operation.Method)
        {
            successes.AddOrUpdate(request.Operation, 1, (_, count) => count + 1);
            pool.Harvest(request.Operation, answer);
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

    /// <summary>Sends less than is announced, and no more: the server refuses or hangs up, and does neither later than it must.</summary>
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
            // It hung up.
            text = "";
        }

        if (text.Length == 0)
        {
            return new(0, null, "");
        }

        var (head, body) = (text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)], text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        var mediaType = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Type: ", StringComparison.OrdinalIgnoreCase))?[14..].Split(';')[0];

        // A body without an announced length comes in pieces, each after its own.
        var (from, to) = (body.IndexOf('{', StringComparison.Ordinal), body.LastIndexOf('}'));
        return new(int.Parse(head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), mediaType, from < 0 ? body : body[from..(to + 1)]);
    }
}
