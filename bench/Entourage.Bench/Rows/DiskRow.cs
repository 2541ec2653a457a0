using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>What a usage adds to the database file, its share of the indexes included.</summary>
internal sealed class DiskRow : IRow
{
    private const double Goal = 200;
    private const int Batches = 50;

    /// <inheritdoc/>
    public string Name => "disk";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        Scene scene;
        await using (var server = await ServerProcess.StartAsync(database))
        {
            scene = await Scene.CreateAsync(server.Address, Shape.Spread);
            await server.StopAsync();
        }

        var before = database.MeasureSize();
        await using (var server = await ServerProcess.StartAsync(database))
        {
            await PostAsync(scene, server);
            await server.StopAsync();
        }

        const int Usages = Batches * Requests.BatchSize;
        var bytes = (database.MeasureSize() - before) / (double)Usages;
        return
        [
            new(
                "disk per usage record, including indexes",
                "≤ 200 bytes",
                string.Create(CultureInfo.InvariantCulture, $"{bytes:0} bytes"),
                string.Create(CultureInfo.InvariantCulture, $"{Usages:N0} usages of 200 sessions, write-ahead log checkpointed"),
                bytes <= Goal),
        ];
    }

    private static async Task PostAsync(Scene scene, ServerProcess server)
    {
        var batch = Requests.Batch(scene.Sessions);
        using var connection = await HttpConnection.OpenAsync(server.Address);
        for (var sent = 0; sent < Batches; sent++)
        {
            await connection.SendAsync(batch, 200);
        }

        if (await scene.ReadCostAsync(server.Address) is var cost && cost != Batches * Requests.BatchSize * Requests.Cost)
        {
            throw new InvalidDataException($"Not every usage of the batches was recorded: the teams' costs are {cost} USD.");
        }
    }
}
