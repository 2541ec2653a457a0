using System.Diagnostics;
using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Compares the same work on a growing store and on an empty one.</summary>
internal sealed class GrowthRow : IRow
{
    private const double TimeGoal = 1.2;
    private const double CostsGoal = 100;
    private const double CostsRatioGoal = 2;
    private const double DiskGoal = 200;
    private const double MemoryGoal = 300;
    private const int Reads = 15;
    private const int FiguresOfEach = 7;

    // Reports don't need this pause. It lets the summaries catch up, so that every measurement starts from the same state.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly int[] Sessions = [1_000, 10_000, 100_000];

    /// <inheritdoc/>
    public string Name => "growth";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var grown = new TemporaryDatabase();
        var figures = new List<Figure>();
        var history = await PrepareAsync(grown);
        var sizeBefore = grown.MeasureSize();
        Spread? smallCosts = null;
        Spread? smallLabels = null;
        foreach (var sessions in Sessions)
        {
            var records = (long)sessions * History.UsagesPerSession;
            await using (var server = await ServerProcess.StartAsync(grown))
            {
                var started = Stopwatch.GetTimestamp();
                await history.GrowAsync(server.Address, sessions);
                trial.Report($"{records:N0} records after {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
                await Task.Delay(Pause, TimeProvider.System);
                await server.StopAsync();
            }

            var bytes = (grown.MeasureSize() - sizeBefore) / (double)records;
            await using (var server = await ServerProcess.StartAsync(grown))
            {
                figures.AddRange(await MeasureAsync(trial, server, sessions));
                var costs = await ReadAsync(server, history.CostsPath);
                smallCosts ??= costs;
                figures.Add(CostsOf("costs", sessions, costs, smallCosts));
                var labels = await ReadAsync(server, history.LabelCostsPath);
                smallLabels ??= labels;
                figures.Add(CostsOf("costs/labels?key=customer", sessions, labels, smallLabels));
                figures.Add(FilteredOf(sessions, await ReadAsync(server, history.FilteredCostsPath)));
                figures.Add(await ExportAsync(server, history));
                figures.Add(new(
                    $"memory and disk with {Text(records)} records",
                    "≤ 300 MB, ≤ 200 bytes a record",
                    $"{Text(server.PeakResidentBytes / 1e6)} MB, {Text(bytes)} bytes",
                    "the server's peak resident set after all runs above; the file including indexes, sessions and summaries",
                    server.PeakResidentBytes / 1e6 <= MemoryGoal && bytes <= DiskGoal));
            }

            foreach (var figure in figures.TakeLast(FiguresOfEach))
            {
                trial.Report($"{figure.Work}: {figure.Measured} ({figure.Absolute})");
            }
        }

        return figures;
    }

    private static async Task<History> PrepareAsync(TemporaryDatabase database)
    {
        await using var server = await ServerProcess.StartAsync(database);
        var history = await History.CreateAsync(server.Address);
        await server.StopAsync();
        return history;
    }

    /// <summary>Measures usage and budget checks, alternating with a server on an empty store.</summary>
    private static async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial, ServerProcess server, int sessions)
    {
        using var database = new TemporaryDatabase();
        await using var empty = await ServerProcess.StartAsync(database);
        var shape = Shape.Spread with { Slug = $"spread-{sessions}" };
        var (scene, emptyScene) = (await Scene.CreateAsync(server.Address, shape), await Scene.CreateAsync(empty.Address, shape));
        var usage = await trial.AlternateAsync(
            Side.Closed("usage, empty", empty, emptyScene.Usages(Side.Connections)), Side.Closed("usage, grown", server, scene.Usages(Side.Connections)));
        var budget = await trial.AlternateAsync(
            Side.Closed("budget, empty", empty, emptyScene.Budgets(Side.Connections)), Side.Closed("budget, grown", server, scene.Budgets(Side.Connections)));
        return [Of("usage", usage), Of("budget check", budget)];

        Figure Of(string work, Rounds rounds)
        {
            // Inverted, because the goal is about the time of a call and not about the rate.
            var ratio = rounds.Ratio(0, to: 1);
            return new(
                $"{work} with {Text((long)sessions * History.UsagesPerSession)} records stored",
                "≤ 1.2 × the time with none",
                ratio.ToString("0.00"),
                $"{rounds.Rate(1)}; empty {rounds.Rate(0)}",
                ratio.Median <= TimeGoal);
        }
    }

    private static async Task<Spread> ReadAsync(ServerProcess server, string path)
    {
        var request = RawRequest.Get(path);
        using var connection = await HttpConnection.OpenAsync(server.Address);
        var milliseconds = new List<double>();
        for (var read = -5; read < Reads; read++)
        {
            var started = Stopwatch.GetTimestamp();
            await connection.SendAsync(request, 200);
            if (read >= 0)
            {
                milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        return Spread.Of(milliseconds);
    }

    private static Figure CostsOf(string report, int sessions, Spread costs, Spread small) => new(
        $"`GET /teams/{{id}}/{report}` of a team with {Text(sessions)} sessions, {Text((long)sessions * History.UsagesPerSession)} records",
        "≤ 100 ms, ≤ 2 × the time with 1,000 sessions",
        $"{costs.ToString("0.0", " ms")}, {(costs.Median / small.Median).ToString("0.00", CultureInfo.InvariantCulture)} ×",
        $"{Reads} reads of the default page, after 5 warm-up reads",
        costs.Median <= CostsGoal && costs.Median <= CostsRatioGoal * small.Median);

    // It reads the sessions of the range, so it grows with them.
    private static Figure FilteredOf(int sessions, Spread costs) => new(
        $"the same costs of one customer of 50, {Text(sessions / 50.0)} of {Text(sessions)} sessions",
        "none: grows with the sessions of the range",
        costs.ToString("0.0", " ms"),
        $"{Reads} reads of the default page, after 5 warm-up reads",
        null);

    /// <summary>Exports all sessions as CSV and measures the increase in the server's peak memory.</summary>
    private static async Task<Figure> ExportAsync(ServerProcess server, History history)
    {
        var before = server.PeakResidentBytes;
        using var http = new HttpClient { BaseAddress = server.Address };
        var started = Stopwatch.GetTimestamp();
        await using var table = await http.GetStreamAsync(new Uri($"api/v1{history.CostsPath}?format=csv", UriKind.Relative));
        using var reader = new StreamReader(table);
        var rows = -1;
        while (await reader.ReadLineAsync() is not null)
        {
            rows++;
        }

        return rows == history.Sessions
            ? new(
                $"costs as CSV, {Text(rows)} sessions",
                "flat memory",
                $"{Text((server.PeakResidentBytes - before) / 1e6)} MB more at the peak",
                $"{Stopwatch.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
                null)
            : throw new InvalidDataException($"The table has {rows} rows instead of {history.Sessions}.");
    }

    private static string Text(double number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
