using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;
using Entourage.Bench.Simulation;

namespace Entourage.Bench.Rows;

/// <summary>
/// Measures usages on SQL Server with one to three replicas, for one organisation and for eight, with and without latency between the replicas and the
/// database.
/// </summary>
internal sealed class SqlServerRow : IRow
{
    private const int MostReplicas = 3;
    private const int Clients = Measured.Clients;
    private const int Organisations = 8;

    // The goals for a second replica, and for latency.
    private const double OneOrganisationGoal = 0.95;
    private const double EightOrganisationsGoal = 1.5;
    private const double LatencyGoal = 0.7;

    // Only of the sides that use all replicas, without latency. They warm up the servers of the others.
    private const int WarmUp = 1_500;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(2);

    // The same number of sessions in total.
    private static readonly Shape Alone = new("alone", 10, 4, 8, 20);
    private static readonly Shape OneOfEight = new("one-of-eight", 1, 5, 10, 25);

    /// <inheritdoc/>
    public string Name => "sqlserver";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        if (!SqlServerDatabase.IsAvailable)
        {
            trial.Report($"skipped: set {SqlServerDatabase.Variable} to the connection string of a SQL Server with the right to create databases");
            return [];
        }

        await using var database = await SqlServerDatabase.CreateAsync();
        await ServerProcess.RunAsync(database, "migrate");
        await using var proxy = database.StartProxy();
        var behind = database.Behind(proxy);
        await using var first = await ServerProcess.StartAsync(behind);
        await using var second = await ServerProcess.StartAsync(behind);
        await using var third = await ServerProcess.StartAsync(behind);
        ServerProcess[] servers = [first, second, third];

        Scene[] alone = [await Scene.CreateAsync(first.Address, Alone)];
        var eight = await Task.WhenAll(Enumerable.Range(0, Organisations).Select(
            number => Scene.CreateAsync(first.Address, OneOfEight with { Slug = $"{OneOfEight.Slug}-{number}" })));
        var roundTrips = await ReportRoundTripsAsync(trial, database, proxy);

        var points = new List<Point>();
        foreach (var latency in new[] { TimeSpan.Zero, Latency })
        {
            foreach (var scenes in new[] { alone, eight })
            {
                for (var replicas = 1; replicas <= MostReplicas; replicas++)
                {
                    points.Add(new(replicas, scenes.Length, latency, CreateSide(database, proxy, scenes, servers[..replicas], latency)));
                }
            }
        }

        var rounds = await trial.AlternateAsync([.. points.Select(point => point.Side)]);
        foreach (var (side, point) in points.Index())
        {
            trial.Report($"{ToMeasured(rounds, side, point)}");
        }

        return [.. Describe(rounds, points), roundTrips];
    }

    private static Side CreateSide(
        SqlServerDatabase database, DatabaseProxy proxy, Scene[] scenes, ServerProcess[] servers, TimeSpan latency)
    {
        // A client stays with its organisation, and the clients of each organisation are spread over all replicas.
        var clients = Clients / scenes.Length;
        Func<int, IClient>[] usages = [.. scenes.Select(scene => scene.Usages(clients))];
        var load = new ClosedLoop(Clients, number => usages[number / clients](number % clients));
        Uri[] addresses = [.. servers.Select(server => server.Address)];
        var side = new Side(Describe(servers.Length, scenes.Length, latency), async duration =>
        {
            proxy.Latency = latency;
            try
            {
                var (processor, traffic) = (database.ReadProcessorTimes(), proxy.Traffic);
                var run = await load.RunAsync(duration, addresses);
                return run with { Traffic = proxy.Traffic.Since(traffic), Database = Since(processor, database.ReadProcessorTimes()) };
            }
            finally
            {
                proxy.Latency = TimeSpan.Zero;
            }
        })
        {
            WarmUp = servers.Length == MostReplicas && latency == TimeSpan.Zero ? WarmUp : 0,
        };
        return Acknowledged.Check(
            side with { RunAsync = duration => ServerProcess.MeasureAsync(servers, () => side.RunAsync(duration)) }, scenes, servers[0]);
    }

    private static TimeSpan? Since(IReadOnlyDictionary<int, TimeSpan> before, IReadOnlyDictionary<int, TimeSpan> after) => after.Count == 0
        ? null
        : after.Aggregate(TimeSpan.Zero, (total, process) => total + process.Value - before.GetValueOrDefault(process.Key));

    private static async Task<Figure> ReportRoundTripsAsync(Trial trial, SqlServerDatabase database, DatabaseProxy proxy)
    {
        var direct = await SqlServerDatabase.MeasureRoundTripAsync(database);
        var proxied = await SqlServerDatabase.MeasureRoundTripAsync(database.Behind(proxy));
        proxy.Latency = Latency;
        var late = await SqlServerDatabase.MeasureRoundTripAsync(database.Behind(proxy));
        proxy.Latency = TimeSpan.Zero;
        var traffic = proxy.Traffic;
        await Task.Delay(IdleTime, TimeProvider.System);
        var idle = proxy.Traffic.Since(traffic).Requests / IdleTime.TotalSeconds;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{direct.Median:0.00} ms without the proxy, {proxied.Median:0.00} ms with it, {late.Median:0.00} ms with {Latency.TotalMilliseconds:0} ms added; {MostReplicas} idle replicas need {idle:0.0} of them a second");
        trial.Report($"SELECT 1 takes {text}");
        return new("a round trip to SQL Server (`SELECT 1`, on an idle server)", "", proxied.ToString("0.00", " ms"), text, null);
    }

    private static IEnumerable<Figure> Describe(Rounds rounds, List<Point> points)
    {
        foreach (var (side, point) in points.Index())
        {
            // Each group of points begins with a single replica.
            var one = side - point.Replicas + 1;
            double? goal = (point.Replicas, point.Latency.Ticks) is not (2, 0) ? null
                : point.Organisations == 1 ? OneOrganisationGoal : EightOrganisationsGoal;
            yield return side == one
                ? new($"usages on SQL Server: {point.Name}", "", rounds.Rate(side), Absolute(rounds, side), null)
                : Compare(rounds, side, one, "the rate of one replica", goal, Absolute(rounds, side));
        }

        foreach (var side in points.Index().Where(each => each.Item.Latency > TimeSpan.Zero).Select(each => each.Index))
        {
            var other = side - (points.Count / 2);
            yield return Compare(rounds, side, other, "the rate without added latency", LatencyGoal, $"{rounds.Rate(side)}; 0 ms {rounds.Rate(other)}");
        }
    }

    private static Figure Compare(Rounds rounds, int side, int to, string other, double? goal, string absolute)
    {
        var ratio = rounds.Ratio(side, to);
        return new(
            $"usages on SQL Server: {rounds.Sides[side].Name}",
            goal is { } number ? string.Create(CultureInfo.InvariantCulture, $"≥ {number:0.00} × {other}") : $"× {other}",
            ratio.ToString("0.00"),
            absolute,
            goal is null ? null : ratio.Median >= goal);
    }

    private static string Absolute(Rounds rounds, int side)
    {
        var trips = Median(rounds, side, run => run.Traffic!.Requests / (double)run.Items);
        var counted = rounds.Of(side, run => run.Traffic!.EncryptedRecords).Max > rounds.Of(side, run => run.Traffic!.Requests).Max
            ? "round trips not counted, because the connection is encrypted"
            : string.Create(CultureInfo.InvariantCulture, $"{trips:0.00} round trips");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{rounds.RateAndTime(side)}, {counted}, {Median(rounds, side, run => run.Traffic!.Sent / 1e3 / run.Items):0.0} kB sent and {Median(rounds, side, run => run.Traffic!.Received / 1e3 / run.Items):0.0} kB received each, in groups of {Median(rounds, side, run => run.Items / run.Transactions):0.0}");
    }

    /// <summary>Formats a point as in <see cref="Measured"/>.</summary>
    private static string ToMeasured(Rounds rounds, int side, Point point) => string.Create(
        CultureInfo.InvariantCulture,
        $"new({point.Replicas}, {point.Organisations}, {point.Latency.TotalMilliseconds:0}) {{ PerSecond = {Median(rounds, side, run => run.PerSecond):0}, Group = {Median(rounds, side, run => run.Items / run.Transactions):0.00}, RoundTrips = {Median(rounds, side, run => run.Traffic!.Requests / (double)run.Items):0.000}, ApiMicroseconds = {Median(rounds, side, run => run.ProcessorMicroseconds):0}, DatabaseMicroseconds = {Median(rounds, side, run => run.Database is { } time ? time.TotalMicroseconds / run.Items : double.NaN):0}, LoadMicroseconds = {Median(rounds, side, run => run.Generator.TotalMicroseconds / run.Items):0}, P50 = {Median(rounds, side, run => run.Latencies.Milliseconds(0.5)):0.0}, P99 = {Median(rounds, side, run => run.P99):0.0} }},");

    private static double Median(Rounds rounds, int side, Func<Run, double> figure) => rounds.Of(side, figure).Median;

    private static string Describe(int replicas, int organisations, TimeSpan latency) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(organisations == 1 ? "1 organisation" : $"{organisations} organisations")}, {replicas} {(replicas == 1 ? "replica" : "replicas")}, {latency.TotalMilliseconds:0} ms");

    /// <summary>What a side measures.</summary>
    private sealed record Point(int Replicas, int Organisations, TimeSpan Latency, Side Side)
    {
        public string Name => Side.Name;
    }
}
