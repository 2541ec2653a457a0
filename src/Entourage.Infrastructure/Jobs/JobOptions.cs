using System.ComponentModel.DataAnnotations;

namespace Entourage.Infrastructure.Jobs;

/// <summary>What a process does by itself: the configuration section <c>Jobs</c>.</summary>
public sealed class JobOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Jobs";

    /// <summary>How often it looks for abandoned sessions, in seconds; 0 leaves that to other replicas.</summary>
    [Range(0, 3_600)]
    public int AbandonedSessionsEverySeconds { get; set; } = 60;
}
