using CsCheck;

namespace Entourage.Api.Tests.Ledger;

/// <summary>A step that is applied to the product and to its model. Indexes of sessions and reservations are taken modulo their number.</summary>
internal abstract record Step
{
    private static readonly Gen<decimal> Usd = Gen.Frequency((1, Gen.Long[0, 3]), (6, Gen.Long[0, 300].Select(cents => cents * 10_000_000)), (2, Gen.Long[0, 3_000_000_000]))
        .Select(nanos => nanos / 1_000_000_000m);

    // The model and the customer of a call; -1 for those of its session.
    private static readonly Gen<(int Model, int Customer)> Call = Gen.Select(
        Gen.Frequency((3, Gen.Const(-1)), (1, Gen.Int[0, 1])), Gen.Frequency((3, Gen.Const(-1)), (1, Gen.Int[0, 1])));

    private static readonly Gen<Step> Use = Gen.Select(
        Gen.Int[0, 9], Usd, Gen.Frequency((3, Gen.Const(-1)), (2, Gen.Int[0, 9])), Gen.Frequency((4, Gen.Const(0)), (1, Gen.Int[-4, 60 * 24 * 3])), Gen.Int[0, 9], Gen.Bool,
        (session, usd, reservation, minutesAgo, imputed, isRepeated) => (session, usd, reservation, minutesAgo, imputed, isRepeated))
        .SelectMany(use => Gen.Select(Call, Gen.Long[0, 400], (call, tokens) =>
            (Step)new UseStep(use.session, use.usd, use.reservation, use.minutesAgo, use.imputed == 0, use.isRepeated) { Call = call, Tokens = tokens }));

    private static readonly string[] Scopes = ["agents", "agents", "teams", "orgs"];

    private static readonly string[] Zones = ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"];

    /// <summary>Changes a limit.</summary>
    public static readonly Gen<LimitStep> Cap = Gen.Select(
        Gen.Int[0, LedgerModel.Limits.Length - 1],
        Gen.Frequency((1, Gen.Const((decimal?)null)), (5, Usd.Select(usd => (decimal?)(usd * 3)))),
        (limit, usd) => new LimitStep(LedgerModel.Limits[limit], usd));

    /// <summary>Creates a rule, or changes the limits of the one of its kind.</summary>
    public static readonly Gen<RuleStep> Rule = Gen.Select(
        Gen.Int[0, RuleKind.All.Length - 1], Usd, Gen.Long[0, 3_000], (kind, usd, tokens) => new RuleStep(kind, usd * 3, tokens));

    /// <summary>Any step.</summary>
    public static readonly Gen<Step> Any = Gen.Frequency(
        (4, Gen.Select(Gen.Int[0, 1], Gen.Int[-1, 1], Gen.Frequency((3, Gen.Const(-1)), (1, Gen.Int[0, 9])), Call, (agent, task, parent, call) => (Step)new StartStep(agent, task, parent) { Call = call })),
        (12, Gen.Select(Gen.Int[0, 9], Usd, Gen.OneOf(Gen.Int[1, 60], Gen.Int[1, 3_600]), Gen.Bool, Call, (session, usd, ttl, isRepeated, call) => (Step)new ReserveStep(session, usd, ttl, isRepeated) { Call = call })),
        (6, Gen.Select(Gen.Int[0, 9], Gen.Long[0, 800], Gen.Int[1, 3_600], Gen.Int[0, 1], Gen.Int[-1, 1], (session, tokens, ttl, named, customer) =>
            (Step)new ReserveStep(session, tokens / 1_000_000m, ttl, false) { Call = (named, customer), Tokens = tokens })),
        (3, Rule.Select(rule => (Step)rule)),
        (1, Gen.Int[0, RuleKind.All.Length - 1].Select(kind => (Step)new NoRuleStep(kind))),
        (12, Use),
        (3, Use.Array[1, 6].Select(uses => (Step)new BatchStep([.. uses.Cast<UseStep>()]))),
        (3, Gen.Int[0, 9].Select(reservation => (Step)new ReleaseStep(reservation))),
        (3, Gen.Select(Gen.Int[0, 9], Gen.Int[1, 3_600], (reservation, ttl) => (Step)new ExtendStep(reservation, ttl))),
        (2, Gen.Int[0, 9].Select(session => (Step)new EndStep(session))),
        (5, Cap.Select(cap => (Step)cap)),
        (1, Gen.Int[0, 9].Select(session => (Step)new KillStep(session))),
        (2, Gen.Select(Gen.OneOf(Scopes), Gen.Int[0, 1], Gen.OneOf(Gen.Const(-1), Gen.Int[1, 7_200])).Select((scope, agent, seconds) => (Step)new PauseStep(scope, agent, seconds))),
        (3, Gen.Select(Gen.OneOf(Scopes), Gen.Int[0, 1]).Select((scope, agent) => (Step)new ResumeStep(scope, agent))),
        (1, Gen.Select(Gen.OneOf(Scopes), Gen.Int[0, 1]).Select((scope, agent) => (Step)new ArchiveStep(scope, agent))),
        (1, Gen.Bool.Select(kills => (Step)new ExceedStep(kills))),
        (1, Gen.Bool.Select(isHard => (Step)new EnforceStep(isHard))),
        (1, Gen.OneOf(Zones).Select(zone => (Step)new ZoneStep(zone))),
        (5, Gen.OneOf(Gen.Int[1, 90], Gen.Int[1, 3_600], Gen.Int[3_600, 20 * 3_600]).Select(seconds => (Step)new WaitStep(seconds))));
}

/// <summary>Starts a session; −1 means no task or no parent.</summary>
internal sealed record StartStep(int Agent, int Task, int Parent) : Step
{
    public (int Model, int Customer) Call { get; init; } = (-1, -1);
}

/// <summary>Reserves an amount, or the cost of tokens; a repeated step is sent again under its key.</summary>
internal sealed record ReserveStep(int Session, decimal Usd, int Ttl, bool IsRepeated) : Step
{
    public (int Model, int Customer) Call { get; init; } = (-1, -1);

    public long? Tokens { get; init; }
}

/// <summary>Reports a usage; −1 means no reservation.</summary>
internal sealed record UseStep(int Session, decimal Usd, int Reservation, int MinutesAgo, bool IsImputed, bool IsRepeated) : Step
{
    public (int Model, int Customer) Call { get; init; } = (-1, -1);

    public long Tokens { get; init; }
}

/// <summary>Reports usages in a batch.</summary>
internal sealed record BatchStep(IReadOnlyList<UseStep> Uses) : Step
{
    public override string ToString() => $"BatchStep [ {string.Join(", ", Uses)} ]";
}

/// <summary>Releases a reservation.</summary>
internal sealed record ReleaseStep(int Reservation) : Step;

/// <summary>Extends a reservation.</summary>
internal sealed record ExtendStep(int Reservation, int Ttl) : Step;

/// <summary>Ends a session.</summary>
internal sealed record EndStep(int Session) : Step;

/// <summary>Kills a session and its sub-agents.</summary>
internal sealed record KillStep(int Session) : Step;

/// <summary>Pauses the team, the organisation or an agent; −1 means without an end.</summary>
internal sealed record PauseStep(string Scope, int Agent, int Seconds) : Step;

/// <summary>Lifts a pause.</summary>
internal sealed record ResumeStep(string Scope, int Agent) : Step;

/// <summary>Archives the team, the organisation or an agent, and restores it after a refused start.</summary>
internal sealed record ArchiveStep(string Scope, int Agent) : Step;

/// <summary>Sets whether an exhausted cap kills or only stops.</summary>
internal sealed record ExceedStep(bool Kills) : Step;

/// <summary>Changes or removes a limit.</summary>
internal sealed record LimitStep(string Limit, decimal? Usd) : Step;

/// <summary>Creates a rule, or changes the limits of the one of its kind.</summary>
internal sealed record RuleStep(int Kind, decimal Usd, long Tokens) : Step;

/// <summary>Deletes the rule of a kind, if there is one.</summary>
internal sealed record NoRuleStep(int Kind) : Step;

/// <summary>Sets whether the team's caps are hard or observe.</summary>
internal sealed record EnforceStep(bool IsHard) : Step;

/// <summary>Changes the team's time zone.</summary>
internal sealed record ZoneStep(string Zone) : Step;

/// <summary>Advances the clock.</summary>
internal sealed record WaitStep(int Seconds) : Step;
