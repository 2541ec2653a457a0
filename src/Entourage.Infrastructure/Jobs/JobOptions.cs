using System.ComponentModel.DataAnnotations;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Which background jobs a process runs. The configuration section is <c>Jobs</c>.</summary>
internal sealed class JobOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Jobs";

    /// <summary>The interval of the search for abandoned sessions, in seconds; 0 leaves the search to other replicas.</summary>
    [Range(0, 3_600)]
    public int AbandonedSessionsEverySeconds { get; set; } = 60;

    /// <summary>The interval of the search for planned moves of agents that are due, in seconds; 0 leaves the search to other replicas.</summary>
    [Range(0, 3_600)]
    public int PlannedMovesEverySeconds { get; set; } = 5;

    /// <summary>The interval of the search for calls through the gateway that were not settled in time, in seconds; 0 leaves the search to other replicas.</summary>
    [Range(0, 3_600)]
    public int UnsettledCallsEverySeconds { get; set; } = 30;
}
