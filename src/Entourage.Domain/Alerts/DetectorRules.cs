namespace Entourage.Domain.Alerts;

/// <summary>The action against a runaway session.</summary>
public enum RunawayAction
{
    /// <summary>Only raise an alert.</summary>
    Alert,

    /// <summary>Pause the agent.</summary>
    Pause,

    /// <summary>Kill the session.</summary>
    Kill,
}

/// <summary>A team's rules for alerts and runaway sessions.</summary>
public sealed record DetectorRules
{
    /// <summary>The longest sliding window, in minutes (one day).</summary>
    public const int MaxWindowMinutes = 1_440;

    /// <summary>The highest token limit that can be set.</summary>
    public const long MaxTokenLimit = 10_000_000_000;

    /// <summary>The lowest limit of errors in a row. A single error is not repeated.</summary>
    public const int MinErrorLimit = 2;

    /// <summary>The highest limit of errors in a row.</summary>
    public const int MaxErrorLimit = 1_000;

    /// <summary>The rules of a team that has not set any.</summary>
    public static readonly DetectorRules Default = new();

    /// <summary>The shares of a budget that raise an alert when they are spent.</summary>
    public AlertThresholds Thresholds { get; init; } = AlertThresholds.Default;

    /// <summary>The length of the sliding window in minutes, from 1 to <see cref="MaxWindowMinutes"/>.</summary>
    public int WindowMinutes { get; init; } = 10;

    /// <summary>
    /// The input and output tokens within the window that make a session a runaway, from 1; null disables the rule. Cache reads and writes
    /// do not count, as in every figure called <c>tokens</c>.
    /// </summary>
    public long? MaxTokens { get; init; } = 500_000;

    /// <summary>
    /// The number of usages in a row with the same error that makes a session a runaway, from <see cref="MinErrorLimit"/>; null disables
    /// the rule.
    /// </summary>
    public int? MaxRepeatedErrors { get; init; } = 5;

    /// <summary>The action against a runaway session.</summary>
    public RunawayAction Action { get; init; } = RunawayAction.Alert;
}
