namespace Entourage.Api.Tests.Ledger;

/// <summary>A budget of the model.</summary>
/// <param name="Scope">The scope in the API's words.</param>
/// <param name="Id">The id of a session or task, or the index of an agent in the model.</param>
/// <param name="Period">The period in the API's words.</param>
internal sealed record ModelBudget(string Scope, long Id, string Period)
{
    /// <summary>The rule, if it is no cap of the settings.</summary>
    public ModelRule? Rule { get; init; }

    /// <summary>The item of the rule's scope.</summary>
    public string Item { get; init; } = "";

    public bool IsInTokens { get; init; }

    public bool IsRate => Period == "minute";

    /// <summary>Its name in the records of limits.</summary>
    public string Name => Rule is { } rule ? $"{rule.Id}:{(IsInTokens ? "tokens" : "usd")}"
        : Scope is "task" or "session" ? Scope
        : $"{(Scope == "organisation" ? "org" : Scope)}_{Period}";
}

/// <summary>The model and the customer of a call; empty for none.</summary>
internal sealed record ModelCall(string Model, string Customer);

/// <summary>A session of the model.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Agent">The index of its agent.</param>
/// <param name="Task">Its task, if any.</param>
/// <param name="Path">The session and its ancestors.</param>
/// <param name="Call">The model and the customer of its calls, unless they say otherwise.</param>
internal sealed record ModelSession(long Id, int Agent, long? Task, IReadOnlyList<long> Path, ModelCall Call)
{
    public bool IsActive => Status == "active";

    public string Status { get; set; } = "active";

    public DateTimeOffset? EndedAt { get; set; }
}

internal sealed record ModelUsage(ModelSession Session, ModelCall Call, decimal Usd, long Tokens, DateTimeOffset At, bool IsImputed)
{
    /// <summary>What neither its reservation nor the remaining budgets covered, in dollars and in tokens.</summary>
    public (decimal Usd, decimal Tokens) Overrun { get; init; }

    public decimal In(ModelBudget budget) => budget.IsInTokens ? Tokens : IsImputed ? 0 : Usd;
}

internal sealed record ModelReservation(string Id, ModelSession Session, ModelCall Call, decimal Usd, long Tokens, DateTimeOffset CreatedAt)
{
    public decimal In(ModelBudget budget) => budget.IsInTokens ? Tokens : Usd;

    public DateTimeOffset ExpiresAt { get; set; }

    public bool HasEnded { get; set; }
}

/// <summary>
/// The budget rules in their plainest form, to compare the product with: lists of what happened and sums over them. It has
/// no counters, no stored windows, and no code of the product.
/// </summary>
internal sealed partial class LedgerModel
{
    public static readonly string[] Limits =
        ["org_day", "org_month", "team_day", "team_week", "team_month", "agent_day", "task", "session"];

    public DateTimeOffset Now { get; set; }

    public TimeZoneInfo Zone { get; private set; } = TimeZoneInfo.Utc;

    public bool IsHard { get; private set; } = true;

    public bool KillsOnExceed { get; set; }

    /// <summary>When the pauses of the organisation, the team and the agents (by index) end.</summary>
    public Dictionary<(string Scope, int Agent), DateTimeOffset> Pauses { get; } = [];

    public List<ModelSession> Sessions { get; } = [];

    public List<ModelUsage> Usages { get; } = [];

    public List<ModelReservation> Reservations { get; } = [];

    public Dictionary<string, decimal?> Limit { get; } = Limits.ToDictionary(name => name, _ => (decimal?)null);

    /// <summary>The highest value of each limit so far; null if it was ever unlimited.</summary>
    private Dictionary<string, decimal?> HighestLimit { get; } = [];

    /// <summary>Resets the record of limits: from here on every cap must hold.</summary>
    public void RequireLimits()
    {
        foreach (var (name, limit) in Limit)
        {
            HighestLimit[name] = limit;
        }
    }

    public void Move(string name, decimal? limit)
    {
        Limit[name] = limit;
        if (HighestLimit.TryGetValue(name, out var highest))
        {
            HighestLimit[name] = limit > highest ? limit : limit is null ? null : highest;
        }
    }

    public void Enforce(bool isHard)
    {
        IsHard = isHard;
        foreach (var name in Limits.Where(name => !name.StartsWith("org", StringComparison.Ordinal)).Concat(NamesOfTeamRules()).Where(_ => !isHard))
        {
            HighestLimit[name] = null;
        }
    }

    public void Move(TimeZoneInfo zone)
    {
        // Spending of two days may now fall into one.
        Zone = zone;
        foreach (var name in new[] { "team_day", "team_week", "team_month", "agent_day" }.Concat(NamesOfTeamRules()))
        {
            HighestLimit[name] = null;
        }
    }

    /// <summary>Checks rule 3: spent plus reserved exceed the highest limit so far by at most the overruns.</summary>
    public bool IsWithinHighestLimit(ModelBudget budget)
    {
        var overrun = Usages.Where(usage => Counts(budget, usage, Now)).Sum(usage => budget.IsInTokens ? usage.Overrun.Tokens : usage.Overrun.Usd);
        return HighestLimit[budget.Name] is not { } highest || Spent(budget, Now) + Reserved(budget, Now) <= highest + overrun;
    }

    public ModelSession? NewestActive(int agent) => Sessions.LastOrDefault(session => session.Agent == agent && session.IsActive);

    public bool IsPaused(string scope, int agent) => Pauses.TryGetValue((scope, agent), out var until) && Now < until;

    /// <summary>Whether the organisation, the team, an agent or one above it in the tree is paused.</summary>
    public bool IsPaused(int agent, IReadOnlyList<long> path) =>
        IsPaused("orgs", 0) || IsPaused("teams", 0) || IsPaused("agents", agent)
        || Sessions.Any(above => path.Contains(above.Id) && IsPaused("agents", above.Agent));

    /// <summary>The active sessions that a pause affects.</summary>
    public IEnumerable<ModelSession> AffectedBy(string scope, int agent) => Sessions.Where(session => session.IsActive
        && (scope != "agents" || Sessions.Any(above => session.Path.Contains(above.Id) && above.Agent == agent)));

    public void Kill(long top) => Kill(Sessions.Where(session => session.IsActive && session.Path.Contains(top)));

    public void Kill(IEnumerable<ModelSession> sessions)
    {
        foreach (var session in sessions.ToArray())
        {
            (session.Status, session.EndedAt) = ("killed", Now);
            Release(session);
        }
    }

    /// <summary>Releases the reservations of a session.</summary>
    /// <returns>Their number.</returns>
    public int Release(ModelSession session)
    {
        var live = Reservations.Where(reservation => reservation.Session == session && IsLive(reservation)).ToArray();
        foreach (var reservation in live)
        {
            reservation.HasEnded = true;
        }

        return live.Length;
    }

    /// <summary>Kills the sessions under caps that a usage exhausted, if the team chose kill.</summary>
    public void KillWhatExceeds(ModelUsage usage)
    {
        var exceeded = CapsOf(usage.Session, usage.Call)
            .Where(cap => Kills(cap.Budget) && usage.In(cap.Budget) != 0 && Counts(cap.Budget, usage, Now) && Spent(cap.Budget, Now) >= cap.Limit)
            .ToArray();
        if (exceeded.Length > 0)
        {
            Kill(exceeded.Any(cap => cap.Budget.Scope == "session") ? usage.Session.Path[^1] : usage.Session.Id);
        }
    }

    /// <summary>The exhausted caps that kill under the current settings.</summary>
    public HashSet<(ModelBudget Budget, DateTime Start)> Killing() => Sessions.Where(session => session.IsActive)
        .SelectMany(session => CapsOf(session))
        .Where(cap => Kills(cap.Budget) && Spent(cap.Budget, Now) >= cap.Limit)
        .Select(cap => (cap.Budget, StartOf(cap.Budget, Now)))
        .ToHashSet();

    /// <summary>Kills after a change of settings: sessions with spending under caps that did not kill before.</summary>
    public void KillWhatExceeds(IReadOnlySet<(ModelBudget Budget, DateTime Start)> before)
    {
        var begun = Killing().Except(before).Select(cap => cap.Budget).ToHashSet();
        foreach (var session in Sessions)
        {
            var exceeded = CapsOf(session)
                .Where(cap => begun.Contains(cap.Budget) && Usages.Any(usage => usage.Session == session && usage.In(cap.Budget) > 0))
                .ToArray();
            if (session.IsActive && exceeded.Length > 0)
            {
                Kill(exceeded.Any(cap => cap.Budget.Scope == "session") ? session.Path[^1] : session.Id);
            }
        }
    }

    public bool IsLive(ModelReservation reservation) => !reservation.HasEnded && Now < reservation.ExpiresAt;

    public decimal ReservedBy(ModelSession session) => Reservations.Where(reservation => IsLive(reservation) && reservation.Session == session).Sum(reservation => reservation.Usd);

    /// <summary>The caps that apply to a call of an agent, its task and its session, from the widest scope to the narrowest, and then the rules.</summary>
    public IEnumerable<(ModelBudget Budget, decimal Limit)> CapsOf(int agent, long? task, IReadOnlyList<long> path, ModelCall call)
    {
        (string, ModelBudget?)[] all =
        [
            ("org_day", new("organisation", 0, "day")),
            ("org_month", new("organisation", 0, "month")),
            ("team_day", new("team", 0, "day")),
            ("team_week", new("team", 0, "week")),
            ("team_month", new("team", 0, "month")),
            ("agent_day", new("agent", agent, "day")),
            ("task", task is { } id ? new("task", id, "total") : null),
            ("session", path.Count > 0 ? new("session", path[^1], "total") : null),
        ];
        return all.Where(cap => cap.Item2 is not null && Limit[cap.Item1] is not null).Select(cap => (cap.Item2!, Limit[cap.Item1]!.Value)).Concat(RulesOf(agent, task, path, call));
    }

    public IEnumerable<(ModelBudget Budget, decimal Limit)> CapsOf(ModelSession session, ModelCall? call = null) =>
        CapsOf(session.Agent, session.Task, session.Path, call ?? session.Call);

    public bool Refuses(ModelBudget budget) => IsHard || (budget.Rule is { } rule ? !rule.IsOfTeam : budget.Scope == "organisation");

    private bool Kills(ModelBudget budget) => KillsOnExceed && Refuses(budget) && !budget.IsRate;

    public decimal Spent(ModelBudget budget, DateTimeOffset at) => Usages
        .Where(usage => Counts(budget, usage, at))
        .Sum(usage => usage.In(budget));

    public decimal Reserved(ModelBudget budget, DateTimeOffset at) => Reservations
        .Where(reservation => IsLive(reservation) && Covers(budget, reservation.Session, reservation.Call) && Counts(budget, reservation.CreatedAt, reservation.ExpiresAt, at))
        .Sum(reservation => reservation.In(budget));

    public decimal Remaining(ModelBudget budget, decimal limit, DateTimeOffset at) => limit - Spent(budget, at) - Reserved(budget, at);

    public bool IsOver(ModelBudget budget, decimal limit) => Remaining(budget, limit, Now) <= 0;

    /// <summary>The hard caps into which a reservation does not fit on a day that it reaches.</summary>
    public IReadOnlyList<ModelBudget> RefusingToReserve(
        ModelSession session, ModelCall call, decimal usd, long tokens, DateTimeOffset from, DateTimeOffset until, ModelReservation? extended = null) =>
        [.. CapsOf(session, call).Where(cap => Refuses(cap.Budget) && !(cap.Budget.IsRate ? [Now] : DaysOf(from, until)).All(day =>
            (extended is not null && Counts(cap.Budget, extended.CreatedAt, extended.ExpiresAt, day))
            || (Remaining(cap.Budget, cap.Limit, day) is var left && left > 0 && (cap.Budget.IsInTokens ? tokens : usd) <= left))).Select(cap => cap.Budget)];

    /// <summary>The overrun of a usage in a unit: what neither its reservation nor the remaining budget covers.</summary>
    public decimal OverrunOf(ModelSession session, ModelCall call, decimal amount, bool isInTokens, DateTimeOffset at, ModelReservation? committed) => CapsOf(session, call)
        .Where(cap => Refuses(cap.Budget) && cap.Budget.IsInTokens == isInTokens && !(at < cap.Budget.Rule?.CountsFrom))
        .Where(cap => committed is null || !Covers(cap.Budget, committed.Session, committed.Call) || !Counts(cap.Budget, committed.CreatedAt, committed.ExpiresAt, at))
        .Select(cap => amount - Math.Max(0, Remaining(cap.Budget, cap.Limit, at)))
        .Append(committed is null ? 0 : amount - (isInTokens ? committed.Tokens : committed.Usd))
        .Append(0)
        .Max();

    private static bool Covers(ModelBudget budget, ModelSession session, ModelCall call) => budget.Rule is { } rule
        ? rule.ItemOf(session.Agent, session.Task, session.Path, call) == budget.Item
        : budget.Scope switch
        {
            "agent" => session.Agent == budget.Id,
            "task" => session.Task == budget.Id,
            "session" => session.Path.Contains(budget.Id),
            _ => true,
        };

    private bool Counts(ModelBudget budget, ModelUsage usage, DateTimeOffset at) => Covers(budget, usage.Session, usage.Call)
        && (budget.Rule is null || usage.At >= budget.Rule.CountsFrom)
        && (budget.IsRate ? IsInRate(usage.At, at) : StartOf(budget, usage.At) == StartOf(budget, at));

    private DateTime StartOf(ModelBudget budget, DateTimeOffset at)
    {
        var isUtc = budget.Rule is { } rule ? !rule.IsOfTeam : budget.Scope == "organisation";
        return StartOf(budget.Period, isUtc ? TimeZoneInfo.Utc : Zone, at);
    }

    private static DateTime StartOf(string period, TimeZoneInfo zone, DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone).DateTime;
        var day = local.Date;
        return period switch
        {
            "hour" => (at - TimeSpan.FromTicks(local.TimeOfDay.Ticks % TimeSpan.TicksPerHour)).UtcDateTime,
            "day" => day,
            "week" => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            "month" => new DateTime(day.Year, day.Month, 1, 0, 0, 0, DateTimeKind.Unspecified),
            _ => DateTime.MinValue,
        };
    }

    private bool Counts(ModelBudget budget, DateTimeOffset from, DateTimeOffset until, DateTimeOffset at) =>
        StartOf(budget, from) <= StartOf(budget, at) && StartOf(budget, at) <= StartOf(budget, until.AddTicks(-1));

    // No reservation of the tests is long enough to span a whole window in between.
    private static IEnumerable<DateTimeOffset> DaysOf(DateTimeOffset from, DateTimeOffset until)
    {
        for (var at = from; at < until; at = at.AddMinutes(15))
        {
            yield return at;
        }

        yield return until.AddTicks(-1);
    }
}
