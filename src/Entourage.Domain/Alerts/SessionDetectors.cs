using System.Globalization;

namespace Entourage.Domain.Alerts;

/// <summary>Detects problems of a session from its usages. Pure functions that keep their memory in a <see cref="DetectorState"/>.</summary>
public static class SessionDetectors
{
    /// <summary>A session's cost rises when its latest calls cost at least this many times as much as its first calls.</summary>
    public const int RisingFactor = 5;

    /// <summary>A session can be verbose from this many output tokens on.</summary>
    public const long VerboseFloor = 50_000;

    /// <summary>A session is verbose when its output is at least this many times its input.</summary>
    public const int VerboseFactor = 2;

    private const string Runaway = "r";
    private const string Rising = "g";
    private const string Verbose = "v";
    private const string Repeated = "e";
    private const int ErrorShown = 200;

    /// <summary>
    /// The least median cost of the latest calls (USD) at which a session's cost counts as rising. A conversation that is read from a cache
    /// costs a few cents per call until its end. Half a dollar means a long one that is paid in full on each call.
    /// </summary>
    public static readonly Money RisingFloor = Money.FromUsd(0.50m);

    /// <summary>Applies the rules to a usage. A usage older than the window is ignored.</summary>
    /// <param name="before">The detector state of the session.</param>
    /// <param name="usage">The usage.</param>
    /// <param name="rules">The team's rules.</param>
    /// <returns>The new detector state and the findings, nearly always none.</returns>
    public static (DetectorState Watch, IReadOnlyList<AlertFinding> Found) Detect(DetectorState before, ObservedUsage usage, DetectorRules rules)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(usage);
        ArgumentNullException.ThrowIfNull(rules);
        var state = before.After(usage, rules.WindowMinutes);
        if (ReferenceEquals(state, before))
        {
            return (before, []);
        }

        List<AlertFinding>? found = null;
        var windowEnds = usage.OccurredAt.AddMinutes(rules.WindowMinutes);
        if (rules.MaxTokens is { } maxTokens && state.TokensInWindow >= maxTokens)
        {
            Find(Runaway, windowEnds, () => RunawayTokens(state, usage, rules, maxTokens));
        }

        if (rules.MaxRepeatedErrors is { } maxErrors && state.ErrorCount >= maxErrors)
        {
            // Each error is a separate cause.
            Find(Repeated + state.ErrorFingerprint, windowEnds, () => RepeatedError(state, usage, rules));
        }

        if (Rises(state))
        {
            Find(Rising, DateTimeOffset.MaxValue, () => RisingCost(state, usage));
        }

        if (IsVerbose(usage.SessionTokens))
        {
            Find(Verbose, DateTimeOffset.MaxValue, () => VerboseOutput(usage));
        }

        return (state, found ?? []);

        void Find(string key, DateTimeOffset until, Func<AlertFinding> finding)
        {
            if (!state.IsMuted(key, usage.OccurredAt))
            {
                (found ??= []).Add(finding());
                state = state.Mute(key, usage.OccurredAt, until);
            }
        }
    }

    /// <summary>
    /// Whether the calls of a session cost many times as much as its first ones, as in a resumed conversation that is paid in full on each
    /// call. Compares medians of five, so that neither one expensive call nor a cheap beginning triggers it.
    /// </summary>
    private static bool Rises(DetectorState state) =>
        state.LatestCosts.Count == DetectorState.CostCount
        && MedianOf(state.LatestCosts) is var latest && latest >= RisingFloor
        && latest.NanoUsd >= RisingFactor * MedianOf(state.FirstCosts).NanoUsd;

    /// <summary>Whether a session writes much more than it reads. Agents normally read far more than they write.</summary>
    private static bool IsVerbose(TokenCounts tokens) => tokens.Output >= VerboseFloor && tokens.Output >= VerboseFactor * InputOf(tokens);

    private static long InputOf(TokenCounts tokens) => tokens.OfAllClasses - tokens.Output;

    private static Money MedianOf(IReadOnlyList<Money> costs)
    {
        Span<long> sorted = stackalloc long[DetectorState.CostCount];
        for (var i = 0; i < costs.Count; i++)
        {
            sorted[i] = costs[i].NanoUsd;
        }

        sorted = sorted[..costs.Count];
        sorted.Sort();
        return new(sorted[costs.Count / 2]);
    }

    private static string CauseOf(ObservedUsage usage) => string.Create(CultureInfo.InvariantCulture, $"session:{usage.SessionId}");

    private static string InstantOf(ObservedUsage usage) =>
        usage.OccurredAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);

    private static AlertFinding RunawayTokens(DetectorState state, ObservedUsage usage, DetectorRules rules, long maxTokens) => new(
        AlertKind.RunawayTokens,
        CauseOf(usage),
        InstantOf(usage),
        string.Create(
            CultureInfo.InvariantCulture,
            $"Session {usage.SessionId} used {state.TokensInWindow:N0} tokens within {rules.WindowMinutes} minutes; the limit is {maxTokens:N0}."),
        new()
        {
            Tokens = state.TokensInWindow,
            MaxTokens = maxTokens,
            WindowMinutes = rules.WindowMinutes,
            Action = rules.Action,
        });

    private static AlertFinding RepeatedError(DetectorState state, ObservedUsage usage, DetectorRules rules)
    {
        var error = usage.Error!.Length <= ErrorShown ? usage.Error : usage.Error[..ErrorShown] + "…";
        return new(
            AlertKind.RepeatedError,
            $"{CauseOf(usage)}:{state.ErrorFingerprint}",
            InstantOf(usage),
            string.Create(CultureInfo.InvariantCulture, $"Session {usage.SessionId} met the same error {state.ErrorCount} times in a row: {error}"),
            new() { Error = error, Count = state.ErrorCount, WindowMinutes = rules.WindowMinutes, Action = rules.Action });
    }

    private static AlertFinding RisingCost(DetectorState state, ObservedUsage usage)
    {
        var (first, latest) = (MedianOf(state.FirstCosts), MedianOf(state.LatestCosts));
        return new(
            AlertKind.RisingCost,
            CauseOf(usage),
            AlertFinding.Always,
            $"The calls of session {usage.SessionId} now cost {latest.ToShortString()} each. Its first calls cost {first.ToShortString()} each.",
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
