using Entourage.Bench.Load;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>One of the loads between which a row alternates.</summary>
/// <param name="Name">The name shown in the progress output.</param>
/// <param name="RunAsync">Runs the load for a given time.</param>
internal sealed record Side(string Name, Func<TimeSpan, Task<Run>> RunAsync)
{
    /// <summary>The default number of connections.</summary>
    public const int Connections = 64;

    /// <summary>The usual value of <see cref="WarmUp"/>. On a slow machine, the JIT compiler is still busy after fewer.</summary>
    public const int UsualWarmUp = 50_000;

    /// <summary>The value of <see cref="WarmUp"/> for a single short run, where another side has warmed up the same server.</summary>
    public const int OneRun = 1;

    /// <summary>The number of items before the first measured run.</summary>
    public int WarmUp { get; init; } = UsualWarmUp;

    /// <summary>Creates a closed loop on a server.</summary>
    /// <param name="name">The name shown in the progress output.</param>
    /// <param name="server">The server, whose processor time and allocated memory are measured.</param>
    /// <param name="newClient">Creates the client with a given number.</param>
    /// <param name="connections">The number of clients.</param>
    /// <param name="itemsPerTurn">The number of items in a turn, such as the usages of a batch.</param>
    public static Side Closed(
        string name, ServerProcess server, Func<int, IClient> newClient, int connections = Connections, int itemsPerTurn = 1)
    {
        var load = new ClosedLoop(connections, newClient);
        return new(name, duration => server.MeasureAsync(async () => await load.RunAsync(duration, server.Address) with { ItemsPerTurn = itemsPerTurn }));
    }
}
