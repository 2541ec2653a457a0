using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>
/// Runs a shell loop that spends money under <c>entourage run</c> and measures the time from the call that crosses its cap until all of
/// its processes have exited, including one that it forked twice and one in a separate session (<c>setsid</c>).
/// </summary>
internal sealed class RunRow : IRow
{
    private const int Loops = 20;
    private const int CallsToCross = 5;
    private const int Processes = 3;

    // The script notes the start of each call, so the measured time includes the call itself.
    private const string Script = """
        (sh -c 'echo pid $$ >> "$TRACE"; while :; do sleep 1; done' &)
        setsid sh -c 'echo pid $$ >> "$TRACE"; while :; do sleep 1; done' &
        echo pid $$ >> "$TRACE"
        while :; do
          echo call $(date +%s%N) >> "$TRACE"
          curl -sS -o /dev/null -X POST "$ENTOURAGE_URL/api/v1/sessions/$ENTOURAGE_SESSION_ID/usage" -H 'Content-Type: application/json' \
            -d '{"input_tokens": 10, "output_tokens": 1, "cost_usd": 0.01}'
        done
        """;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public string Name => "run";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database);
        using var http = new HttpClient { BaseAddress = new(server.Address, "api/v1/") };
        var organisation = (await PostAsync(http, "orgs", new { name = "Runs", slug = "runs" })).GetProperty("id").GetGuid();
        var (obeying, stubborn) = (new List<double>(), new List<double>());
        for (var loop = 0; loop < Loops; loop++)
        {
            obeying.Add((await LoopAsync(http, organisation, $"obeying-{loop}", Script)).TotalMilliseconds);
            stubborn.Add((await LoopAsync(http, organisation, $"stubborn-{loop}", "trap '' TERM\n" + Script)).TotalMilliseconds);
        }

        return
        [
            Of("`entourage run` with a shell loop that spends money: from the call that crosses the cap until its whole process tree has exited", 1_000, obeying),
            Of($"the same with processes that ignore SIGTERM, with --grace {Grace.TotalSeconds:0}s", 1_000 + Grace.TotalMilliseconds, stubborn),
        ];
    }

    private static Figure Of(string work, double goal, List<double> milliseconds)
    {
        var spread = Spread.Of(milliseconds);
        return new(
            work,
            string.Create(CultureInfo.InvariantCulture, $"within {goal:0} ms"),
            string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0} ms, worst {spread.Max:0} ms"),
            string.Create(CultureInfo.InvariantCulture, $"{Loops} runs, fastest {spread.Min:0} ms; no orphan, every session closed"),
            spread.Max <= goal);
    }

    private static async Task<TimeSpan> LoopAsync(HttpClient http, Guid organisation, string name, string script)
    {
        var team = (await PostAsync(http, $"orgs/{organisation}/teams", new { name, slug = name })).GetProperty("id").GetGuid();
        using var settings = await http.PatchAsJsonAsync($"settings/teams/{team}", new { daily_cost_limit_usd = 0.01m * CallsToCross });
        settings.EnsureSuccessStatusCode();
        var agent = (await PostAsync(http, $"teams/{team}/agents", new { name = "looper", model = "house-model" })).GetProperty("id").GetGuid();
        var trace = Path.GetTempFileName();
        try
        {
            using var run = Start(http.BaseAddress!, agent, trace, script);
            using var patience = new CancellationTokenSource(Patience);
            var crossed = await CrossedAtAsync(trace, patience.Token);
            var processes = Lines(trace, "pid").Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToArray();
            while (processes.Any(Runs))
            {
                await Task.Delay(BetweenLooks, TimeProvider.System, patience.Token);
            }

            var dead = TimeProvider.System.GetUtcNow();
            await run.WaitForExitAsync(patience.Token);
            var sessions = await http.GetFromJsonAsync<JsonElement>($"agents/{agent}/sessions", patience.Token);
            return (run.ExitCode, processes.Length, sessions[0].GetProperty("status").GetString()) is (75, Processes, "failed")
                ? dead - crossed
                : throw new InvalidDataException($"{name}: exit code {run.ExitCode}, {processes.Length} processes, {sessions[0]}.");
        }
        finally
        {
            File.Delete(trace);
        }
    }

    private static Process Start(Uri api, Guid agent, string trace, string script)
    {
        string[] arguments =
            [Path.Combine(AppContext.BaseDirectory, "Entourage.Cli.dll"), "run", "--agent", $"{agent}", "--grace", $"{Grace.TotalSeconds:0}s", "--", "sh", "-c", script];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardError = true };
        (start.Environment["ENTOURAGE_URL"], start.Environment["TRACE"]) = (api.GetLeftPart(UriPartial.Authority), trace);
        return Process.Start(start)!;
    }

    private static async Task<DateTimeOffset> CrossedAtAsync(string trace, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Lines(trace, "call") is [_, _, _, _, var crossing, ..])
            {
                return DateTimeOffset.UnixEpoch.AddTicks(long.Parse(crossing, CultureInfo.InvariantCulture) / TimeSpan.NanosecondsPerTick);
            }

            await Task.Delay(BetweenLooks, TimeProvider.System, cancellationToken);
        }
    }

    private static string[] Lines(string trace, string kind) =>
        [.. File.ReadAllLines(trace).Select(line => line.Split(' ')).Where(line => line is [var first, _] && first == kind).Select(line => line[1])];

    // A zombie has exited, even though its parent has not reaped it yet.
    private static bool Runs(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
