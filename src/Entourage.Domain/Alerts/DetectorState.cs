namespace Entourage.Domain.Alerts;

/// <summary>What the rules look at when a session used something.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="OccurredAt">When the money was spent (UTC).</param>
/// <param name="Tokens">What was used.</param>
/// <param name="Cost">What it cost (USD), money that is only imputed included.</param>
/// <param name="Error">The error of a failed call.</param>
/// <param name="SessionTokens">What the session has used in all, this included.</param>
public sealed record ObservedUsage(
    long SessionId, DateTimeOffset OccurredAt, TokenCounts Tokens, Money Cost, string? Error, TokenCounts SessionTokens);

/// <summary>
/// What must be remembered of a session to notice that it runs away. It is a few hundred characters in the session's row, which every
/// usage reads and writes in any case, so to watch costs no statement.
/// </summary>
/// <remarks>
/// The window slides by the order of <c>occurred_at</c>: it ends with the latest usage known, and usage from before it counts for
/// nothing. It is kept in 60 slices; the oldest falls out as a whole, so what is counted is never from longer ago than the window.
/// </remarks>
public sealed partial record DetectorState
{
    /// <summary>The longest text of one.</summary>
    public const int TextLength = 1_000;

    /// <summary>The slices of the window. With 60 of them, a slice has as many seconds as the window has minutes.</summary>
    public const int SliceCount = 60;

    /// <summary>The costs that are kept of the first calls, and of the latest.</summary>
    public const int CostCount = 5;

    private const int MaxErrorCount = 1_000_000;
    private const int MaxMuteCount = 8;

    /// <summary>The watch of a session that has used nothing.</summary>
    public static readonly DetectorState Empty = new();

    private DetectorState()
    {
    }

    /// <summary>The length of the window that the slices are cut for, in minutes.</summary>
    private int WindowMinutes { get; init; } = DetectorRules.Default.WindowMinutes;

    /// <summary>Input and output tokens by slices, the oldest first; those with nothing are left out.</summary>
    private IReadOnlyList<(long Index, long Tokens)> Slices { get; init; } = [];

    /// <summary>What was said already, and until when it is not said again.</summary>
    private List<(string Key, long Until)> Mutes { get; init; } = [];

    /// <summary>The fingerprint of the error of the last usage; empty when it had none.</summary>
    public string ErrorFingerprint { get; private init; } = "";

    /// <summary>How many usages in a row had that error.</summary>
    public int ErrorCount { get; private init; }

    /// <summary>What the first calls that cost anything did (USD).</summary>
    public IReadOnlyList<Money> FirstCosts { get; private init; } = [];

    /// <summary>What the latest ones after them did (USD).</summary>
    public IReadOnlyList<Money> LatestCosts { get; private init; } = [];

    /// <summary>Input and output tokens within the window that ends with the latest usage.</summary>
    public long TokensInWindow => Slices.Sum(slice => slice.Tokens);

    /// <summary>The watch after a further usage; the same one when the usage is from before the window.</summary>
    /// <param name="usage">What was used.</param>
    /// <param name="windowMinutes">The length of the window.</param>
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

    /// <summary>Whether something was said already and is not to be said again at an instant.</summary>
    /// <param name="key">What.</param>
    /// <param name="at">The instant (UTC).</param>
    public bool IsMuted(string key, DateTimeOffset at)
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
    /// Keeps something from being said again before an instant. When there is more than can be remembered, what ends first is
    /// forgotten: then the store is asked in vain whether there is such an alert already.
    /// </summary>
    /// <param name="key">What: a letter and at most <see cref="Fingerprint.Length"/> others.</param>
    /// <param name="at">The present of the session (UTC).</param>
    /// <param name="until">When it may be said again (UTC).</param>
    public DetectorState Mute(string key, DateTimeOffset at, DateTimeOffset until) => this with
    {
        Mutes = [.. Mutes
            .Where(mute => mute.Key != key && mute.Until > at.ToUnixTimeSeconds())
            .Append((Key: key, Until: SecondAfter(until)))
            .OrderByDescending(mute => mute.Until)
            .Take(MaxMuteCount)],
    };

    /// <summary>An instant in whole seconds, rounded up.</summary>
    private static long SecondAfter(DateTimeOffset instant) =>
        instant.ToUnixTimeSeconds() + (instant.Ticks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);

    /// <summary>The same tokens in slices of another window. Each goes where its old slice began.</summary>
    private List<(long Index, long Tokens)> Cut(int windowMinutes) => Slices.Aggregate(
        new List<(long, long)>(),
        (cut, slice) => Add(cut, slice.Index * WindowMinutes / windowMinutes, slice.Tokens));

    private static List<(long Index, long Tokens)> Add(IReadOnlyList<(long Index, long Tokens)> slices, long index, long tokens)
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
