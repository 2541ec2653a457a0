using System.Globalization;

namespace Entourage.Domain.Alerts;

/// <summary>Notices what is wrong with a session from its usages alone. Pure: what it must remember is a <see cref="DetectorState"/>.</summary>
public static class SessionDetectors
{
    /// <summary>How many times what its first calls cost the later ones must, before a session's cost is said to rise.</summary>
    public const int RisingFactor = 5;

    /// <summary>How many output tokens a session has before it is said to be verbose.</summary>
    public const long VerboseFloor = 50_000;

    /// <summary>How many times its input a session's output must be, before it is said to be verbose.</summary>
    public const int VerboseFactor = 2;

    private const string Runaway = "r";
    private const string Rising = "g";
    private const string Verbose = "v";
    private const string Repeated = "e";
    private const int ErrorShown = 200;

    /// <summary>
    /// What the later calls must cost (USD), at their median, before a session's cost is said to rise. A conversation that is read from
    /// a cache costs a few cents a call to its end; half a dollar is a long one that is paid in full each time.
    /// </summary>
    public static readonly Money RisingFloor = Money.FromUsd(0.50m);

    /// <summary>Looks at a usage. One from before the window counts for nothing, and nothing is found.</summary>
    /// <param name="before">What is remembered of the session.</param>
    /// <param name="usage">What it used.</param>
    /// <param name="rules">The rules of its team.</param>
    /// <returns>What is to be remembered, and what was found: nothing, nearly always.</returns>
    public static (DetectorState Watch, IReadOnlyList<AlertFinding> Found) Look(DetectorState before, ObservedUsage usage, DetectorRules rules)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(usage);
        ArgumentNullException.ThrowIfNull(rules);
        var watch = before.After(usage, rules.WindowMinutes);
        if (ReferenceEquals(watch, before))
        {
            return (before, []);
        }

        List<AlertFinding>? found = null;
        var windowEnds = usage.OccurredAt.AddMinutes(rules.WindowMinutes);
        if (rules.MaxTokens is { } maxTokens && watch.TokensInWindow >= maxTokens)
        {
            Find(Runaway, windowEnds, () => RunawayTokens(watch, usage, rules, maxTokens));
        }

        if (rules.MaxRepeatedErrors is { } maxErrors && watch.ErrorCount >= maxErrors)
        {
            // Each error is a cause of its own.
            Find(Repeated + watch.ErrorFingerprint, windowEnds, () => RepeatedError(watch, usage, rules));
        }

        if (Rises(watch))
        {
            Find(Rising, DateTimeOffset.MaxValue, () => RisingCost(watch, usage));
        }

        if (IsVerbose(usage.SessionTokens))
        {
            Find(Verbose, DateTimeOffset.MaxValue, () => VerboseOutput(usage));
        }

        return (watch, found ?? []);

        void Find(string key, DateTimeOffset until, Func<AlertFinding> finding)
        {
            if (!watch.IsMuted(key, usage.OccurredAt))
            {
                (found ??= []).Add(finding());
                watch = watch.Mute(key, usage.OccurredAt, until);
            }
        }
    }

    /// <summary>
    /// The calls of a session cost many times what its first ones did: a conversation that was resumed, and is paid for as a whole
    /// with each call. Medians of five, so that neither one dear call nor a cheap beginning makes it so.
    /// </summary>
    private static bool Rises(DetectorState watch) =>
        watch.LatestCosts.Count == DetectorState.CostCount
        && MedianOf(watch.LatestCosts) is var latest && latest >= RisingFloor
        && latest.NanoUsd >= RisingFactor * MedianOf(watch.FirstCosts).NanoUsd;

    /// <summary>A session writes much more than it reads. Agents read far more than they write; one that does not talks to itself.</summary>
    private static bool IsVerbose(TokenCounts tokens) => tokens.Output >= VerboseFloor && tokens.Output >= VerboseFactor * InputOf(tokens);

    private static long InputOf(TokenCounts tokens) => tokens.OfAllClasses - tokens.Output;

    private static Money MedianOf(IReadOnlyList<Money> costs) => costs.Order().ElementAt(costs.Count / 2);

    private static string CauseOf(ObservedUsage usage) => string.Create(CultureInfo.InvariantCulture, $"session:{usage.SessionId}");

    private static string InstantOf(ObservedUsage usage) =>
        usage.OccurredAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);

    private static AlertFinding RunawayTokens(DetectorState watch, ObservedUsage usage, DetectorRules rules, long maxTokens) => new(
        AlertKind.RunawayTokens,
        CauseOf(usage),
        InstantOf(usage),
        string.Create(
            CultureInfo.InvariantCulture,
            $"Session {usage.SessionId} used {watch.TokensInWindow:N0} tokens within {rules.WindowMinutes} minutes; the limit is {maxTokens:N0}."),
        new()
        {
            Tokens = watch.TokensInWindow,
            MaxTokens = maxTokens,
            WindowMinutes = rules.WindowMinutes,
            Action = rules.Action,
        });

    private static AlertFinding RepeatedError(DetectorState watch, ObservedUsage usage, DetectorRules rules)
    {
        var error = usage.Error!.Length <= ErrorShown ? usage.Error : usage.Error[..ErrorShown] + "…";
        return new(
            AlertKind.RepeatedError,
            $"{CauseOf(usage)}:{watch.ErrorFingerprint}",
            InstantOf(usage),
            string.Create(CultureInfo.InvariantCulture, $"Session {usage.SessionId} met the same error {watch.ErrorCount} times in a row: {error}"),
            new() { Error = error, Count = watch.ErrorCount, WindowMinutes = rules.WindowMinutes, Action = rules.Action });
    }

    private static AlertFinding RisingCost(DetectorState watch, ObservedUsage usage)
    {
        var (first, latest) = (MedianOf(watch.FirstCosts), MedianOf(watch.LatestCosts));
        return new(
            AlertKind.RisingCost,
            CauseOf(usage),
            AlertFinding.Always,
            $"The calls of session {usage.SessionId} cost {latest.ToShortString()} each by now; its first ones cost {first.ToShortString()}.",
            new() { Cost = latest, ExpectedCost = first });
    }

    private static AlertFinding VerboseOutput(ObservedUsage usage)
    {
        var (output, input) = (usage.SessionTokens.Output, InputOf(usage.SessionTokens));
        return new(
            AlertKind.VerboseOutput,
            CauseOf(usage),
            AlertFinding.Always,
            string.Create(CultureInfo.InvariantCulture, $"Session {usage.SessionId} wrote {output:N0} tokens and read only {input:N0}."),
            new() { OutputTokens = output, InputTokens = input });
    }
}
