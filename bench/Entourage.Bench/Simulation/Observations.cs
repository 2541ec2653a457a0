namespace Entourage.Bench.Simulation;

/// <summary>What happens in a simulation after the warm-up.</summary>
/// <param name="clock">The clock.</param>
/// <param name="from">The second from which on it counts.</param>
/// <param name="organisations">The number of organisations.</param>
internal sealed class Observations(Clock clock, double from, int organisations)
{
    /// <summary>The latencies of answered usages, in seconds.</summary>
    public List<double> Latencies { get; } = [];

    /// <summary>The sizes of committed groups.</summary>
    public List<double> Groups { get; } = [];

    /// <summary>The answered usages of each organisation.</summary>
    public long[] Answered { get; } = new long[organisations];

    /// <summary>The refused usages.</summary>
    public long Refused { get; private set; }

    /// <summary>The commands that were sent to the database.</summary>
    public long RoundTrips { get; private set; }

    private bool Counts => clock.Now >= from;

    /// <summary>Counts the answer to a usage.</summary>
    public void Answer(int organisation, double sent, bool recorded)
    {
        if (Counts && recorded)
        {
            Latencies.Add(clock.Now - sent);
            Answered[organisation]++;
        }
        else if (Counts)
        {
            Refused++;
        }
    }

    /// <summary>Counts a committed group.</summary>
    public void Group(int usages)
    {
        if (Counts)
        {
            Groups.Add(usages);
        }
    }

    /// <summary>Counts a command.</summary>
    public void RoundTrip() => RoundTrips += Counts ? 1 : 0;
}
