namespace Entourage.Bench.Simulation;

/// <summary>What is simulated.</summary>
internal sealed record Scenario
{
    /// <summary>The number of replicas.</summary>
    public int Replicas { get; init; } = 2;

    /// <summary>The number of organisations.</summary>
    public int Organisations { get; init; } = 8;

    /// <summary>How uneven the organisations are: organisation k has a share in proportion to 1/k^skew. 0 if all have the same.</summary>
    public double Skew { get; init; }

    /// <summary>The number of clients, each of which waits for its answer and its pause before it sends the next usage. Unused if there is a rate.</summary>
    public int Clients { get; init; } = 64;

    /// <summary>The mean pause of a client, in milliseconds.</summary>
    public double PauseMilliseconds { get; init; }

    /// <summary>Usages a second that arrive at random (Poisson), independently of answers; 0 for clients that wait for theirs.</summary>
    public double Rate { get; init; }

    /// <summary>A round trip between a replica and the database, in milliseconds.</summary>
    public double RoundTripMilliseconds { get; init; } = 1;

    /// <summary>The database's cores.</summary>
    public int DatabaseCores { get; init; } = 4;

    /// <summary>The cores of each replica.</summary>
    public int ApiCores { get; init; } = 2;

    /// <summary>The cores of one machine that replicas, database and load generator share; 0 if each has its own.</summary>
    public int SharedCores { get; init; }

    /// <summary>The bytes of log that a usage adds.</summary>
    public double LogBytesPerUsage { get; init; } = 2_000;

    /// <summary>The bytes of log that a group adds, besides those of its usages.</summary>
    public double LogBytesPerGroup { get; init; } = 4_000;

    /// <summary>The log's rate in MB (1,000,000 bytes) a second; 0 for no limit.</summary>
    public double LogMegabytesPerSecond { get; init; }

    /// <summary>The longest time in milliseconds that a replica keeps its turn to write an organisation.</summary>
    public double TurnMilliseconds { get; init; } = 20;

    /// <summary>The organisations that a replica writes side by side at most.</summary>
    public int Lanes { get; init; } = 64;

    /// <summary>The usages of a group at most.</summary>
    public int GroupLimit { get; init; } = 4_000;

    /// <summary>The usages that wait in a replica at most. It refuses others.</summary>
    public int QueueLimit { get; init; } = 10_000;

    /// <summary>The seconds to measure.</summary>
    public double Seconds { get; init; } = 10;

    /// <summary>The seconds before the measurement.</summary>
    public double WarmUpSeconds { get; init; } = 2;

    /// <summary>The seed of the random numbers.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What usages cost.</summary>
    public ServiceTimes Times { get; init; } = new();
}
