using Entourage.Bench.Load;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Rows;

/// <summary>One of the loads that a row alternates.</summary>
/// <param name="Name">What it is called while it runs.</param>
/// <param name="RunAsync">Runs it for a while.</param>
internal sealed record Side(string Name, Func<TimeSpan, Task<Run>> RunAsync)
{
    /// <summary>The connections of a load, unless a row says otherwise.</summary>
    public const int Connections = 64;

    /// <summary>A closed loop on a server.</summary>
    public static Side Closed(string name, ServerProcess server, Func<int, IClient> newClient, int connections = Connections) =>
        new(name, duration => new ClosedLoop(connections, newClient).RunAsync(duration, server.Address));
}
