namespace Entourage.Api.Tests.Ledger;

/// <summary>A budget of the model.</summary>
/// <param name="Scope">The scope in the API's words.</param>
/// <param name="Id">The id of a session or task, or the index of an agent in the model.</param>
/// <param name="Period">The period in the API's words.</param>
internal sealed record ModelBudget(string Scope, long Id, string Period);

/// <summary>A session of the model.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Agent">The index of its agent.</param>
/// <param name="Task">Its task, if any.</param>
/// <param name="Path">The session and its ancestors.</param>
internal sealed record ModelSession(long Id, int Agent, long? Task, IReadOnlyList<long> Path)
{
    public bool IsActive => Status == "active";

    public string Status { get; set; } = "active";

    public DateTimeOffset? EndedAt { get; set; }
}

internal sealed record ModelUsage(ModelSession Session, decimal Usd, DateTimeOffset At, bool IsImputed, decimal Overrun);

internal sealed record ModelReservation(string Id, ModelSession Session, decimal Usd, DateTimeOffset CreatedAt)
{
    public DateTimeOffset ExpiresAt { get; set; }

    public bool HasEnded { get; set; }
}

/// <summary>
/// The budget rules in their plainest form, to compare the product with: lists of what happened and sums over them. It has
/// no counters, no stored windows, and no code of the product.
/// </summary>
internal sealed class LedgerModel
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
        foreach (var name in Limits.Where(name => !isHard && !name.StartsWith("org", StringComparison.Ordinal)))
        {
            HighestLimit[name] = null;
        }
    }

    public void Move(TimeZoneInfo zone)
    {
        // Spending of two days may now fall into one.
        Zone = zone;
        foreach (var name in new[] { "team_day", "team_week", "team_month", "agent_day" })
        {
            HighestLimit[name] = null;
        }
    }

    /// <summary>Checks rule 3: spent plus reserved exceed the highest limit so far by at most the overruns.</summary>
    public bool IsWithinHighestLimit(ModelBudget budget)
    {
        var overrun = Usages.Where(usage => Covers(budget, usage.Session) && StartOf(budget, usage.At) == StartOf(budget, Now)).Sum(usage => usage.Overrun);
        var name = budget.Scope is "task" or "session" ? budget.Scope : $"{(budget.Scope == "organisation" ? "org" : budget.Scope)}_{budget.Period}";
        return HighestLimit[name] is not { } highest || Spent(budget, Now) + Reserved(budget, Now) <= highest + overrun;
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
        if (!KillsOnExceed || usage.IsImputed || usage.Usd == 0)
        {
            return;
        }

        var exceeded = CapsOf(usage.Session)
            .Where(cap => Refuses(cap.Budget) && StartOf(cap.Budget, usage.At) == StartOf(cap.Budget, Now) && Spent(cap.Budget, Now) >= cap.Limit)
            .ToArray();
        if (exceeded.Length > 0)
        {
            Kill(exceeded[^1].Budget.Scope == "session" ? usage.Session.Path[^1] : usage.Session.Id);
        }
    }

    /// <summary>The exhausted caps that kill under the current settings.</summary>
    public HashSet<(ModelBudget Budget, DateOnly Start)> Killing() => !KillsOnExceed ? [] : Sessions.Where(session => session.IsActive)
        .SelectMany(CapsOf)
        .Where(cap => Refuses(cap.Budget) && Spent(cap.Budget, Now) >= cap.Limit)
        .Select(cap => (cap.Budget, StartOf(cap.Budget, Now)))
        .ToHashSet();

    /// <summary>Kills after a change of settings: sessions with spending under caps that did not kill before.</summary>
    public void KillWhatExceeds(IReadOnlySet<(ModelBudget Budget, DateOnly Start)> before)
    {
        var begun = Killing().Except(before).Select(cap => cap.Budget).ToHashSet();
        foreach (var session in Sessions.Where(session => Usages.Any(usage => usage.Session == session && !usage.IsImputed && usage.Usd > 0)))
        {
            if (session.IsActive && CapsOf(session).LastOrDefault(cap => begun.Contains(cap.Budget)) is { Budget: { } narrowest })
            {
                Kill(narrowest.Scope == "session" ? session.Path[^1] : session.Id);
            }
        }
    }

    public bool IsLive(ModelReservation reservation) => !reservation.HasEnded && Now < reservation.ExpiresAt;

    public decimal ReservedBy(ModelSession session) => Reservations.Where(reservation => IsLive(reservation) && reservation.Session == session).Sum(reservation => reservation.Usd);

    /// <summary>The caps that apply to an agent, its task and its session, from the widest scope to the narrowest.</summary>
    public IEnumerable<(ModelBudget Budget, decimal Limit)> CapsOf(int agent, long? task, IReadOnlyList<long> path)
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
        return all.Where(cap => cap.Item2 is not null && Limit[cap.Item1] is not null).Select(cap => (cap.Item2!, Limit[cap.Item1]!.Value));
    }

    public IEnumerable<(ModelBudget Budget, decimal Limit)> CapsOf(ModelSession session) => CapsOf(session.Agent, session.Task, session.Path);

    public bool Refuses(ModelBudget budget) => budget.Scope == "organisation" || IsHard;

    public decimal Spent(ModelBudget budget, DateTimeOffset at) => Usages
        .Where(usage => !usage.IsImputed && Covers(budget, usage.Session) && StartOf(budget, usage.At) == StartOf(budget, at))
        .Sum(usage => usage.Usd);

    public decimal Reserved(ModelBudget budget, DateTimeOffset at) => Reservations
        .Where(reservation => IsLive(reservation) && Covers(budget, reservation.Session) && Counts(budget, reservation.CreatedAt, reservation.ExpiresAt, at))
        .Sum(reservation => reservation.Usd);

    public decimal Remaining(ModelBudget budget, decimal limit, DateTimeOffset at) => limit - Spent(budget, at) - Reserved(budget, at);

    public bool IsOver(ModelBudget budget, decimal limit) => Remaining(budget, limit, Now) <= 0;

    /// <summary>Whether a reservation fits into every hard cap on every day that it reaches.</summary>
    public bool MayReserve(ModelSession session, decimal usd, DateTimeOffset from, DateTimeOffset until, ModelReservation? extended = null) =>
        CapsOf(session).Where(cap => Refuses(cap.Budget)).All(cap => DaysOf(from, until).All(day =>
            (extended is not null && Counts(cap.Budget, extended.CreatedAt, extended.ExpiresAt, day))
            || (Remaining(cap.Budget, cap.Limit, day) is var left && left > 0 && usd <= left)));

    /// <summary>The overrun of a usage: what neither its reservation nor the remaining budget covers.</summary>
    public decimal OverrunOf(ModelSession session, decimal usd, DateTimeOffset at, ModelReservation? committed) => CapsOf(session)
        .Where(cap => Refuses(cap.Budget))
        .Where(cap => committed is null || !Counts(cap.Budget, committed.CreatedAt, committed.ExpiresAt, at))
        .Select(cap => usd - Math.Max(0, Remaining(cap.Budget, cap.Limit, at)))
        .Append(committed is null ? 0 : usd - committed.Usd)
        .Append(0)
        .Max();

    private static bool Covers(ModelBudget budget, ModelSession session) => budget.Scope switch
    {
        "agent" => session.Agent == budget.Id,
        "task" => session.Task == budget.Id,
        "session" => session.Path.Contains(budget.Id),
        _ => true,
    };

    private DateOnly StartOf(ModelBudget budget, DateTimeOffset at)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, budget.Scope == "organisation" ? TimeZoneInfo.Utc : Zone).DateTime);
        return budget.Period switch
        {
            "day" => day,
            "week" => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            "month" => new DateOnly(day.Year, day.Month, 1),
            _ => DateOnly.MinValue,
        };
    }

    private bool Counts(ModelBudget budget, DateTimeOffset from, DateTimeOffset until, DateTimeOffset at) =>
        StartOf(budget, from) <= StartOf(budget, at) && StartOf(budget, at) <= StartOf(budget, until.AddTicks(-1));

    // No reservation of the tests is long enough to span a whole day in between.
    private static IEnumerable<DateTimeOffset> DaysOf(DateTimeOffset from, DateTimeOffset until)
    {
        for (var at = from; at < until; at = at.AddMinutes(30))
        {
            yield return at;
        }

        yield return until.AddTicks(-1);
    }
}
