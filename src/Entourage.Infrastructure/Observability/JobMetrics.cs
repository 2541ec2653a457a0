using System.Diagnostics.Metrics;

namespace Entourage.Infrastructure.Observability;

/// <summary>What a process does by itself.</summary>
internal enum Job
{
    /// <summary>Closes sessions that fell silent.</summary>
    AbandonSessions,

    /// <summary>Forgets what is too old.</summary>
    Purge,

    /// <summary>Prices usage that waits for a price.</summary>
    Reprice,

    /// <summary>Keeps the cost summaries up to date.</summary>
    Summarise,

    /// <summary>Makes, claims and sends messages.</summary>
    SendWebhooks,

    /// <summary>Reads the events of watched teams.</summary>
    ReadEvents,

    /// <summary>Writes down when keys were last used.</summary>
    WriteKeyUses,
}

/// <summary>How the jobs of this process fare.</summary>
internal sealed class JobMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Entourage.Jobs";

    private readonly CounterGrid failures = new(("job", Labels.Of<Job>()));

    public JobMetrics(IMeterFactory meters) => meters.Create(MeterName).CreateObservableCounter(
        "entourage.job.failures", failures.Read, "{failure}", "Turns of a job that failed; each is tried again.");

    /// <summary>A turn failed.</summary>
    public void Failed(Job job) => failures.Add(1, (int)job);
}
