namespace Entourage.Domain.Alerts;

/// <summary>A usage as the session detectors see it.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="OccurredAt">When the money was spent (UTC).</param>
/// <param name="Tokens">The tokens used.</param>
/// <param name="Cost">The cost (USD), imputed costs included.</param>
/// <param name="Error">The error of a failed call, if any.</param>
/// <param name="SessionTokens">The tokens of the session so far, including this usage.</param>
public sealed record ObservedUsage(
    long SessionId, DateTimeOffset OccurredAt, TokenCounts Tokens, Money Cost, string? Error, TokenCounts SessionTokens);

/// <summary>
/// What the detectors remember of a session between usages. It is stored as a few hundred characters in the session's row, which every
/// usage reads and writes anyway, so detection needs no extra SQL statement.
/// </summary>
/// <remarks>
/// The window ends with the latest usage by time of occurrence, and older usage is ignored. It has 60 slices, and the oldest is dropped as
/// a whole, so nothing older than the window is counted.
/// </remarks>
public sealed partial record DetectorState
{
    /// <summary>The longest serialised state, in characters.</summary>
    public const int TextLength = 1_000;

    /// <summary>The number of slices of the window. A slice has as many seconds as the window has minutes.</summary>
    internal const int SliceCount = 60;

    /// <summary>How many costs of the first calls, and of the latest calls, are kept.</summary>
    internal const int CostCount = 5;

    private const int MaxErrorCount = 1_000_000;
    private const int MaxMuteCount = 8;

    /// <summary>The state of a session without usage.</summary>
    public static readonly DetectorState Empty = new();

    private DetectorState()
    {
    }

    /// <summary>The length of the window that the slices belong to, in minutes.</summary>
    private int WindowMinutes { get; init; } = DetectorRules.Default.WindowMinutes;

    /// <summary>Input and output tokens by slice, oldest first. Slices without usage are omitted.</summary>
    private List<(long Index, long Tokens)> Slices { get; init; } = [];

    /// <summary>The findings that are muted, and until when (Unix seconds).</summary>
    private List<(string Key, long Until)> Mutes { get; init; } = [];

    /// <summary>The fingerprint of the last usage's error; empty if it had none.</summary>
    internal string ErrorFingerprint { get; private init; } = "";

    /// <summary>The number of usages in a row with that error.</summary>
    internal int ErrorCount { get; private init; }

    /// <summary>The costs of the first calls that cost anything (USD).</summary>
    internal IReadOnlyList<Money> FirstCosts { get; private init; } = [];

    /// <summary>The costs of the latest calls after those (USD).</summary>
    internal IReadOnlyList<Money> LatestCosts { get; private init; } = [];

    /// <summary>The input and output tokens within the window that ends with the latest usage.</summary>
    internal long TokensInWindow => Slices.Sum(slice => slice.Tokens);

    /// <summary>The state after a usage. Returns the same instance if the usage is older than the window.</summary>
    /// <param name="usage">The usage.</param>
    /// <param name="windowMinutes">The length of the window, in minutes.</param>
    public DetectorState After(ObservedUsage usage, int windowMinutes)
    {
        ArgumentNullException.ThrowIfNull(usage);
        var slices = windowMinutes == WindowMinutes ? Slices : Cut(windowMinutes);
        var index = usage.OccurredAt.ToUnixTimeSeconds() / windowMinutes;
        if (slices.Count > 0 && index <= slices[^1].Index - SliceCount)
        {
            return this;
        }

        var fingerprint = usage.Error is { } error ? Fingerprint.OfError(error) : "";
        var costs = usage.Cost > Money.LargestInput ? Money.LargestInput : usage.Cost;
        var isFirst = costs > Money.Zero && FirstCosts.Count < CostCount;
        return this with
        {
            WindowMinutes = windowMinutes,
            Slices = Add(slices, index, usage.Tokens.Total),
            ErrorFingerprint = fingerprint,
            ErrorCount = fingerprint.Length == 0 ? 0
                : fingerprint == ErrorFingerprint ? Math.Min(ErrorCount + 1, MaxErrorCount)
                : 1,
            FirstCosts = isFirst ? [.. FirstCosts, costs] : FirstCosts,
            LatestCosts = isFirst || costs == Money.Zero ? LatestCosts : [.. LatestCosts.TakeLast(CostCount - 1), costs],
        };
    }

    /// <summary>Whether a finding is muted at an instant.</summary>
    /// <param name="key">The key of the finding.</param>
    /// <param name="at">The instant (UTC).</param>
    internal bool IsMuted(string key, DateTimeOffset at)
    {
        foreach (var (muted, until) in Mutes)
        {
            if (muted == key)
            {
                return at.ToUnixTimeSeconds() < until;
            }
        }

        return false;
    }

    /// <summary>
    /// Mutes a finding until an instant. Beyond eight mutes, those that end first are forgotten. The only cost is that the store looks for
    /// an existing alert in vain.
    /// </summary>
    /// <param name="key">The key of the finding: a letter and at most <see cref="Fingerprint.Length"/> further characters.</param>
    /// <param name="at">The session's current time (UTC).</param>
    /// <param name="until">When the mute ends (UTC).</param>
    internal DetectorState Mute(string key, DateTimeOffset at, DateTimeOffset until) => this with
    {
        Mutes = [.. Mutes
            .Where(mute => mute.Key != key && mute.Until > at.ToUnixTimeSeconds())
            .Append((Key: key, Until: SecondAfter(until)))
            .OrderByDescending(mute => mute.Until)
            .Take(MaxMuteCount)],
    };

    /// <summary>An instant in Unix seconds, rounded up.</summary>
    private static long SecondAfter(DateTimeOffset instant) =>
        instant.ToUnixTimeSeconds() + (instant.Ticks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);

    /// <summary>Converts the slices to another window length. The tokens of a slice go where that slice began.</summary>
    private List<(long Index, long Tokens)> Cut(int windowMinutes) => Slices.Aggregate(
        new List<(long, long)>(),
        (cut, slice) => Add(cut, slice.Index * WindowMinutes / windowMinutes, slice.Tokens));

    private static List<(long Index, long Tokens)> Add(List<(long Index, long Tokens)> slices, long index, long tokens)
    {
        var oldest = (slices.Count == 0 ? index : Math.Max(index, slices[^1].Index)) - SliceCount + 1;
        var sums = new List<(long Index, long Tokens)>(Math.Min(slices.Count + 1, SliceCount));
        var place = 0;
        foreach (var slice in slices)
        {
            if (slice.Index < oldest)
            {
                continue;
            }

            if (slice.Index == index)
            {
                tokens += slice.Tokens;
                continue;
            }

            sums.Add(slice);
            place += slice.Index < index ? 1 : 0;
        }

        sums.Insert(place, (index, Math.Min(tokens, DetectorRules.MaxTokenLimit)));
        return sums;
    }
}
