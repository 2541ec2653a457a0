using Entourage.Bench.Load;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>A server, the baseline, and the loads that several rows compare with.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const int BatchConnections = 4;

    private Stage(TemporaryDatabase database, ServerProcess server, ServerProcess bare, Scene scene)
    {
        (Database, Server, Bare, Scene) = (database, server, bare, scene);
        var usages = scene.Usages(Side.Connections);
        var batch = Requests.Batch(scene.Sessions);
        BareUsage = Side.Closed("bare", bare, usages);
        Usage = Acknowledged.Check(Side.Closed("usage", server, usages), [scene], server);
        // A batch answers 200 even if items were refused. Checking the costs finds that, too.
        Batches = Acknowledged.Check(
            Side.Closed("batches", server, number => new RepeatingClient([batch], 200, number, BatchConnections), BatchConnections, Requests.BatchSize),
            [scene],
            server);
    }

    /// <summary>The server's database.</summary>
    public TemporaryDatabase Database { get; }

    /// <summary>The server.</summary>
    public ServerProcess Server { get; }

    /// <summary>The baseline.</summary>
    public ServerProcess Bare { get; }

    /// <summary>The sessions, spread over teams.</summary>
    public Scene Scene { get; }

    /// <summary>Usages that the baseline answers.</summary>
    public Side BareUsage { get; }

    /// <summary>Usages.</summary>
    public Side Usage { get; }

    /// <summary>Usages in batches, on few connections.</summary>
    public Side Batches { get; }

    /// <summary>Starts the servers and creates the sessions.</summary>
    public static async Task<Stage> CreateAsync()
    {
        var database = new TemporaryDatabase();
        ServerProcess? server = null, bare = null;
        try
        {
            server = await ServerProcess.StartReadyAsync(database);
            bare = await ServerProcess.StartBareAsync();
            return new(database, server, bare, await Scene.CreateAsync(server.Address, Shape.Spread));
        }
        catch
        {
            await DisposeAsync(database, server, bare);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => DisposeAsync(Database, Server, Bare);

    private static async ValueTask DisposeAsync(TemporaryDatabase database, params IReadOnlyList<ServerProcess?> servers)
    {
        foreach (var server in servers.OfType<ServerProcess>())
        {
            await server.DisposeAsync();
        }

        database.Dispose();
    }
}
