using System.Globalization;
using System.Text;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Measures how the server answers honest callers during attacks, and how much memory it uses.</summary>
internal sealed class AbuseRow : IRow
{
    private const double Rate = 500;
    private const int Honest = 16;
    private const double Goal = 2;
    private const double GoalMilliseconds = 100;
    private const int Mebibyte = 1_048_576;

    // Small requests with a high cost have a separate latency goal, and a memory goal.
    private const int SmallSenders = 64;
    private const double SmallGoalMilliseconds = 250;
    private const double SmallGoalMegabytes = 400;

    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(50);

    private static readonly Shape Quiet = new("quiet", 1, 1, 1, 1);

    /// <inheritdoc/>
    public string Name => "abuse";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        var usages = (await Scene.CreateAsync(server.Address, Shape.Spread)).Usages(Honest);
        var quiet = (await Scene.CreateAsync(server.Address, Quiet)).Teams[0];
        var load = new OpenLoop(Honest, Rate, usages);
        var small = SmallRequests();
        Attack[] attacks = [.. Attacks(quiet), .. small];
        var (opened, resident) = (new int[attacks.Length], new double[attacks.Length + 1]);

        // At this rate, more would take an hour for all attacks.
        Side withoutAttack = new("no attack", duration => MeasureMemoryAsync(duration, attacks.Length)) { WarmUp = 3_000 };
        var rounds = await trial.AlternateAsync([withoutAttack, .. attacks.Select((attack, i) => withoutAttack with
        {
            Name = attack.Name,
            RunAsync = async duration =>
            {
                var (run, connections) = await attack.RunDuringAsync(server.Address, () => MeasureMemoryAsync(duration, i));
                opened[i] = connections;
                return run;
            },
        })]);

        async Task<Run> MeasureMemoryAsync(TimeSpan duration, int side)
        {
            var running = load.RunAsync(duration, server.Address);
            while (!running.IsCompleted)
            {
                resident[side] = Math.Max(resident[side], server.ResidentBytes / 1e6);
                await Task.WhenAny(running, Task.Delay(SampleEvery, TimeProvider.System));
            }

            return await running;
        }

        var baseline = string.Create(CultureInfo.InvariantCulture, $"{Text(rounds, 0)}, {resident[^1]:N0} MB");
        return
        [
            .. attacks.Select((attack, i) =>
            {
                var p99 = rounds.Of(i + 1, run => run.P99);
                var isSmall = small.Contains(attack);
                return new Figure(
                    string.Create(CultureInfo.InvariantCulture, $"{Rate:N0} usages/s during {attack.Attackers:N0} × {attack.Name}"),
                    isSmall
                        ? string.Create(CultureInfo.InvariantCulture, $"all answered, p99 ≤ {SmallGoalMilliseconds:N0} ms, ≤ {SmallGoalMegabytes:N0} MB resident")
                        : string.Create(CultureInfo.InvariantCulture, $"all answered, p99 ≤ {GoalMilliseconds:N0} ms or ≤ {Goal:N0} × without attack"),
                    $"all, p99 {p99.ToString("0.0", " ms")}",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Text(rounds, i + 1)}, {resident[i]:N0} MB resident at most; without attack {baseline}; {opened[i]:N0} connections in the last run"),
                    isSmall
                        ? p99.Median <= SmallGoalMilliseconds && resident[i] <= SmallGoalMegabytes
                        : p99.Median <= GoalMilliseconds || rounds.Ratio(i + 1, to: 0, run => run.P99).Median <= Goal);
            }),
        ];
    }

    private static string Text(Rounds rounds, int side)
    {
        var (p50, p99) = (rounds.Of(side, run => run.Latencies.Milliseconds(0.5)).Median, rounds.Of(side, run => run.P99).Median);
        return string.Create(CultureInfo.InvariantCulture, $"p50 {p50:0.0} ms, p99 {p99:0.0} ms");
    }

    // Attacks use existing routes, so that only the request itself is wrong.
    private static Attack[] Attacks(Guid team) =>
    [
        Attack.Dripping("dripping headers", 1_000, "GET /api/v1/orgs HTTP/1.1\r\nHost: localhost\r\n", "X-A: b\r\n"),
        Attack.Dripping("dripping bodies", 1_000, PostOf(Mebibyte / 2) + "\"", "a"),
        Attack.Idle(10_000) with { Name = "silent connections" },
        Attack.Flooding("bodies of 2 MiB, ten a second each", 4, Encoding.ASCII.GetBytes(PostOf(2 * Mebibyte) + new string(' ', 2 * Mebibyte))),
        Attack.Flooding("bodies nested 500,000 deep, ten a second each", 4, RawRequest.Post("/orgs", new string('[', Mebibyte / 2))),
        Attack.Flooding("1,000 headers, ten times a second each", 64, Encoding.ASCII.GetBytes(
            $"GET /api/v1/orgs HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Range(0, 1_000).Select(i => $"X-{i}: a\r\n"))}\r\n")),
        Attack.Reading("event streams", 2_000, RawRequest.Get($"/teams/{team}/events")),
    ];

    // Requests that are small on the wire, or within every byte limit, and contain as many items as fit.
    private static Attack[] SmallRequests() =>
    [
        Attack.Flooding("8 MiB of empty log records in 8 KB (protobuf), ten a second each", SmallSenders, RawRequest.Post(
            "/v1/logs", "application/x-protobuf", EmptyRecords(8 * Mebibyte), gzip: true)),
        Attack.Flooding("8 MiB of empty spans in 8 KB (JSON), ten a second each", SmallSenders, RawRequest.Post(
            "/v1/traces",
            "application/json",
            Encoding.ASCII.GetBytes($$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{Repeat("{}", 2 * Mebibyte)}}]}]}]}"""),
            gzip: true)),
        Attack.Flooding("10,000 log records that are all rejected (JSON), ten a second each", SmallSenders, RawRequest.Post(
            "/v1/logs",
            "application/json",
            Encoding.ASCII.GetBytes($$"""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{{Repeat("""{"eventName":"claude_code.api_request"}""", 10_000)}}]}]}]}"""),
            gzip: true)),
        Attack.Flooding("batches of 2,000,000 zeros, ten a second each", SmallSenders, RawRequest.Post(
            "/sessions/usage/batch", $$"""{"items":[{{Repeat("0", 2_000_000)}}]}""")),
        Attack.Flooding("tool calls with 500,000 values, ten a second each", SmallSenders, RawRequest.Post(
            "/mcp",
            "application/json",
            Encoding.ASCII.GetBytes(
                $$$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"check_budget","arguments":{"a":[{{{{Repeat("0", 500_000)}}}}]}}}"""))),
        Attack.Flooding("invoices of 300,000 lines, ten a second each", SmallSenders, RawRequest.Post(
            $"/teams/{Guid.Empty}/costs/reconcile", $$"""{"invoice":[{{Repeat("{}", 300_000)}}]}""")),
    ];

    private static string Repeat(string item, int count) => string.Join(',', Enumerable.Repeat(item, count));

    // LogsRequest { resources { scopes { records {} … } } }
    private static byte[] EmptyRecords(int length)
    {
        var records = new byte[length / 2 * 2];
        for (var i = 0; i < records.Length; i += 2)
        {
            records[i] = 0x12;
        }

        return Within(0x0A, Within(0x12, records));
    }

    private static byte[] Within(byte tag, byte[] message)
    {
        List<byte> header = [tag];
        for (var left = (uint)message.Length; ; left >>= 7)
        {
            header.Add((byte)(left < 0x80 ? left : (left & 0x7F) | 0x80));
            if (left < 0x80)
            {
                return [.. header, .. message];
            }
        }
    }

    private static string PostOf(int length) =>
        $"POST /api/v1/orgs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n";
}
