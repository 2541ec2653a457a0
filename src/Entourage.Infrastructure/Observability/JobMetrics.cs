using System.Diagnostics.Metrics;

namespace Entourage.Infrastructure.Observability;

/// <summary>The background jobs of a process.</summary>
internal enum Job
{
    /// <summary>Closes silent sessions.</summary>
    AbandonSessions,

    /// <summary>Makes planned moves of agents.</summary>
    MoveAgents,

    /// <summary>Charges calls that were not settled in time.</summary>
    ChargeCalls,

    /// <summary>Deletes expired data.</summary>
    Purge,

    /// <summary>Prices usage that waits for a price.</summary>
    Reprice,

    /// <summary>Updates the cost summaries.</summary>
    Summarise,

    /// <summary>Creates digests.</summary>
    CreateDigests,

    /// <summary>Creates, claims and sends webhook deliveries.</summary>
    SendWebhooks,

    /// <summary>Reads the events of teams that have a subscriber.</summary>
    ReadEvents,

    /// <summary>Records when keys were last used.</summary>
    WriteKeyUses,
}

/// <summary>Counts the failures of background jobs.</summary>
internal sealed class JobMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Entourage.Jobs";

    private readonly CounterGrid failures = new(("job", Labels.Of<Job>()));

    public JobMetrics(IMeterFactory meters) => meters.Create(MeterName).CreateObservableCounter(
        "entourage.job.failures", failures.Read, "{failure}", "Runs of a job that failed. Each is retried.");

    /// <summary>Counts a failed run.</summary>
    public void Failed(Job job) => failures.Add(1, (int)job);
}
