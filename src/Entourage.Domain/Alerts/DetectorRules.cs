namespace Entourage.Domain.Alerts;

/// <summary>What is done about a session that runs away.</summary>
public enum RunawayAction
{
    /// <summary>People are told; the agent goes on.</summary>
    Alert,

    /// <summary>The agent is paused.</summary>
    Pause,

    /// <summary>The session is killed.</summary>
    Kill,
}

/// <summary>When the people of a team are told, and when a session of it has run away.</summary>
public sealed record DetectorRules
{
    /// <summary>The longest sliding window, in minutes: a day.</summary>
    public const int MaxWindowMinutes = 1_440;

    /// <summary>The most tokens that may be set as a limit.</summary>
    public const long MaxTokenLimit = 10_000_000_000;

    /// <summary>The fewest errors in a row that may be set as a limit: one alone is not repeated.</summary>
    public const int MinErrorLimit = 2;

    /// <summary>The most errors in a row that may be set as a limit.</summary>
    public const int MaxErrorLimit = 1_000;

    /// <summary>The rules of a team that has set none.</summary>
    public static readonly DetectorRules Default = new();

    /// <summary>The shares of a budget that are told when they are spent.</summary>
    public AlertThresholds Thresholds { get; init; } = AlertThresholds.Default;

    /// <summary>The length of the sliding window in minutes, 1 to <see cref="MaxWindowMinutes"/>.</summary>
    public int WindowMinutes { get; init; } = 10;

    /// <summary>
    /// The input and output tokens that make a session a runaway when they are used within the window: from 1 on; null is never.
    /// What caches read and write is not among them, here as in every figure that is called <c>tokens</c>.
    /// </summary>
    public long? MaxTokens { get; init; } = 500_000;

    /// <summary>How many usages in a row with the same error make it one: from <see cref="MinErrorLimit"/> on; null is never.</summary>
    public int? MaxRepeatedErrors { get; init; } = 5;

    /// <summary>What is done about a runaway.</summary>
    public RunawayAction Action { get; init; } = RunawayAction.Alert;
}
