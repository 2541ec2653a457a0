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

    /// <summary>Creates a closed loop on a server.</summary>
    public static Side Closed(string name, ServerProcess server, Func<int, IClient> newClient, int connections = Connections) =>
        new(name, duration => new ClosedLoop(connections, newClient).RunAsync(duration, server.Address));
}
