using System.Diagnostics;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>Measures how long a server takes to start on a database with data.</summary>
internal sealed class StartRow : IRow
{
    private const double Goal = 1;
    private const int Starts = 5;

    /// <inheritdoc/>
    public string Name => "start";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        var agent = await FillAsync(database, trial.Duration);

        var seconds = new List<double>();
        for (var start = 0; start < Starts; start++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var server = await ServerProcess.StartAsUsualAsync(database);
            using var connection = await HttpConnection.OpenAsync(server.Address);
            await connection.SendAsync(Requests.Budget(agent), 200);
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            await server.StopAsync();
        }

        var spread = Spread.Of(seconds);
        return
        [
            new(
                "from process start to the first answered request, on an existing database",
                "≤ 1 s",
                spread.ToString("0.00", " s"),
                $"{Starts} starts",
                spread.Median <= Goal),
        ];
    }

    private static async Task<Guid> FillAsync(TemporaryDatabase database, TimeSpan duration)
    {
        await using var server = await ServerProcess.StartAsync(database);
        var scene = await Scene.CreateAsync(server.Address, Shape.Spread);
        await new ClosedLoop(Side.Connections, scene.Usages(Side.Connections)).RunAsync(duration, server.Address);
        await server.StopAsync();
        return scene.Agents[0];
    }
}
