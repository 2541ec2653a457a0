namespace Entourage.Api.Tests.Ledger;

/// <summary>What a rule of the tests counts.</summary>
/// <param name="Scope">The scope in the API's words.</param>
/// <param name="Match">The match; empty for the test's own organisation or team.</param>
/// <param name="Period">The period.</param>
/// <param name="HasUsd">Whether it has a limit in dollars.</param>
/// <param name="HasTokens">Whether it has a limit in tokens.</param>
/// <param name="IsOfTeam">Whether it is the team's and not the organisation's.</param>
internal sealed record RuleKind(string Scope, string Match, string Period, bool HasUsd, bool HasTokens, bool IsOfTeam)
{
    public static readonly RuleKind[] All =
    [
        new("label", "customer=acme", "day", true, false, false),
        new("label", "customer=*", "month", false, true, false),
        new("label", "customer=*", "hour", true, false, true),
        new("model", "m-1", "hour", true, true, false),
        new("model", "m-*", "day", false, true, true),
        new("model", "*", "minute", false, true, false),
        new("organisation", "", "hour", false, true, false),
        new("team", "", "week", false, true, true),
        new("agent", "*", "minute", true, false, true),
        new("task", "*", "total", false, true, true),
        new("session", "*", "total", true, true, false),
    ];
}

/// <summary>A rule of the model.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What it counts.</param>
/// <param name="CountsFrom">When its first window began (UTC).</param>
internal sealed record ModelRule(string Id, RuleKind Kind, DateTimeOffset CountsFrom)
{
    public decimal? Usd { get; set; }

    public long? Tokens { get; set; }

    public bool IsOfTeam => Kind.IsOfTeam;

    /// <summary>The item of its scope that a call belongs to; null if it does not count the call.</summary>
    public string? ItemOf(int agent, long? task, IReadOnlyList<long> path, ModelCall call) => (Kind.Scope, Kind.Match) switch
    {
        ("label", "customer=*") => call.Customer.Length > 0 ? $"customer={call.Customer}" : null,
        ("label", _) => $"customer={call.Customer}" == Kind.Match ? Kind.Match : null,
        ("model", "*") => call.Model.Length > 0 ? call.Model : null,
        ("model", "m-*") => call.Model.StartsWith("m-", StringComparison.Ordinal) ? Kind.Match : null,
        ("model", _) => call.Model == Kind.Match ? Kind.Match : null,
        ("agent", _) => $"{agent}",
        ("task", _) => task is { } id ? $"{id}" : null,
        ("session", _) => path.Count > 0 ? $"{path[^1]}" : null,
        _ => "",
    };

    public override string ToString() => $"rule {Id}: {Kind}";
}

/// <content>Budgets that are resources of their own.</content>
internal sealed partial class LedgerModel
{
    private static readonly TimeSpan RatePart = TimeSpan.FromSeconds(5);

    public List<ModelRule> Rules { get; } = [];

    /// <summary>Creates a rule, which counts what was spent in the window before.</summary>
    public ModelRule Add(string id, RuleKind kind, decimal? usd, long? tokens)
    {
        var from = kind.Period switch
        {
            "total" => DateTimeOffset.MinValue,
            "minute" => PartOf(Now).AddMinutes(-1),
            _ => FirstOf(kind.Period, kind.IsOfTeam ? Zone : TimeZoneInfo.Utc),
        };
        var rule = new ModelRule(id, kind, from) { Usd = usd, Tokens = tokens };
        Rules.Add(rule);
        foreach (var name in NamesOf(rule))
        {
            // It may be exceeded already.
            HighestLimit[name] = null;
        }

        return rule;
    }

    /// <summary>The limit of a rule's budget.</summary>
    public static decimal LimitOf(ModelBudget budget) => budget.IsInTokens ? budget.Rule!.Tokens!.Value : budget.Rule!.Usd!.Value;

    /// <summary>Describes what is left of each cap, for messages.</summary>
    public string Describe(ModelSession session, ModelCall call, DateTimeOffset until) => $"from {Now:O} until {until:O}\n" + string.Join("\n", CapsOf(session, call)
        .Select(cap => $"{cap.Budget}: limit {cap.Limit}, spent {Spent(cap.Budget, Now)} to {Spent(cap.Budget, until)}, reserved {Reserved(cap.Budget, Now)} to {Reserved(cap.Budget, until)}"));

    private IEnumerable<string> NamesOfTeamRules() => Rules.Where(rule => rule.IsOfTeam).SelectMany(NamesOf);

    private static string[] NamesOf(ModelRule rule) => [$"{rule.Id}:usd", $"{rule.Id}:tokens"];

    /// <summary>Requires that a rule which nothing has exceeded holds from here on.</summary>
    public void Require(ModelRule rule)
    {
        (HighestLimit[$"{rule.Id}:usd"], HighestLimit[$"{rule.Id}:tokens"]) = (rule.Usd, rule.Tokens);
    }

    /// <summary>Changes the limits of a rule.</summary>
    public void Move(ModelRule rule, decimal? usd, long? tokens)
    {
        (rule.Usd, rule.Tokens) = (usd, tokens);
        Raise($"{rule.Id}:usd", usd);
        Raise($"{rule.Id}:tokens", tokens);

        void Raise(string name, decimal? limit) => HighestLimit[name] = HighestLimit[name] is { } highest && limit is { } to ? Math.Max(highest, to) : null;
    }

    private IEnumerable<(ModelBudget Budget, decimal Limit)> RulesOf(int agent, long? task, IReadOnlyList<long> path, ModelCall call)
    {
        // As the product lists them: the organisation's, and then the team's.
        foreach (var rule in Rules.OrderBy(rule => rule.IsOfTeam))
        {
            if (rule.ItemOf(agent, task, path, call) is { } item)
            {
                var budget = new ModelBudget(rule.Kind.Scope, 0, rule.Kind.Period) { Rule = rule, Item = item };
                if (rule.Usd is { } usd)
                {
                    yield return (budget, usd);
                }

                if (rule.Tokens is { } tokens)
                {
                    yield return (budget with { IsInTokens = true }, tokens);
                }
            }
        }
    }

    // Usage counts in parts of five seconds. The part that has only partly left the last 60 seconds counts in full, and so do those of the next 30.
    private static bool IsInRate(DateTimeOffset usedAt, DateTimeOffset at) => PartOf(usedAt) <= PartOf(at).AddSeconds(30) && PartOf(usedAt) >= PartOf(at).AddMinutes(-1);

    private static DateTimeOffset PartOf(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % RatePart.Ticks), TimeSpan.Zero);

    private DateTimeOffset FirstOf(string period, TimeZoneInfo zone)
    {
        var quarter = TimeSpan.FromMinutes(15);
        var at = new DateTimeOffset(Now.UtcTicks - (Now.UtcTicks % quarter.Ticks), TimeSpan.Zero);
        while (StartOf(period, zone, at - quarter) == StartOf(period, zone, Now))
        {
            at -= quarter;
        }

        return at;
    }
}
