using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Costs;

/// <summary>Adds up rollups, in order of time, under every heading of a report at once, so that the headings cannot disagree.</summary>
/// <param name="calendar">Whose days and hours.</param>
/// <param name="byHour">Whether the hours are wanted too.</param>
internal sealed class CostTally(BudgetCalendar calendar, bool byHour)
{
    public CostSum Total { get; } = new();

    public Dictionary<long, CostSum> Sessions { get; } = [];

    public Dictionary<Guid, CostSum> ByTeam { get; } = [];

    public Dictionary<Guid, CostSum> ByAgent { get; } = [];

    /// <summary>Key 0 is the work on no task.</summary>
    public Dictionary<long, CostSum> ByTask { get; } = [];

    public Dictionary<string, CostSum> ByModel { get; } = [];

    public Dictionary<DateOnly, CostSum> ByDay { get; } = [];

    /// <summary>By the instant at which the local hour began; null where that is not wanted.</summary>
    public Dictionary<DateTimeOffset, CostSum>? ByHour { get; } = byHour ? [] : null;

    public void Add(RollupRow row)
    {
        var firstOfSession = !Sessions.ContainsKey(row.Rollup.SessionId);
        Sessions.At(row.Rollup.SessionId).Add(row.Rollup, firstOfSession);
        Total.Add(row.Rollup, firstOfSession);
        ByTeam.At(row.Rollup.TeamId).Add(row.Rollup, firstOfSession);
        ByAgent.At(row.AgentId).Add(row.Rollup, firstOfSession);
        ByTask.At(row.TaskId ?? 0).Add(row.Rollup, firstOfSession);
        ByModel.At(row.Rollup.Model).Add(row.Rollup, firstOfSession);
        ByHour?.At(calendar.HourOf(row.Rollup.QuarterAt)).Add(row.Rollup, firstOfSession);
        ByDay.At(calendar.DateOf(row.Rollup.QuarterAt)).Add(row.Rollup, firstOfSession);
    }
}

/// <summary>A sum under one heading.</summary>
internal sealed class CostSum
{
    public TokenCounts Tokens { get; private set; }

    public long UnpricedTokens { get; private set; }

    public Money Cost { get; private set; }

    public Money ImputedCost { get; private set; }

    public int Sessions { get; private set; }

    public void Add(UsageRollup rollup, bool firstOfSession)
    {
        Tokens += new TokenCounts(rollup.InputTokens, rollup.OutputTokens, rollup.CacheReadTokens, rollup.CacheWriteTokens);
        UnpricedTokens += rollup.UnpricedTokens;
        Cost += new Money(rollup.CostNanoUsd);
        ImputedCost += new Money(rollup.ImputedCostNanoUsd);
        Sessions += firstOfSession ? 1 : 0;
    }
}

internal static class CostSums
{
    /// <summary>The sum under a heading, begun where there is none yet.</summary>
    public static CostSum At<TKey>(this Dictionary<TKey, CostSum> sums, TKey key)
        where TKey : notnull =>
        sums.TryGetValue(key, out var sum) ? sum : sums[key] = new();

    /// <summary>The headings as rows of an answer, the dearest first.</summary>
    public static IReadOnlyList<TRow> Rows<TKey, TRow>(this Dictionary<TKey, CostSum> sums, Func<TKey, TRow> rowOf)
        where TKey : notnull
        where TRow : CostRow =>
        [.. sums.OrderByDescending(pair => pair.Value.Cost).ThenBy(pair => pair.Key).Select(pair => Fill(rowOf(pair.Key), pair.Value))];

    private static TRow Fill<TRow>(TRow row, CostSum sum)
        where TRow : CostRow
    {
        CostRow empty = row;
        return (TRow)(empty with
        {
            CostUsd = sum.Cost,
            InputTokens = sum.Tokens.Input,
            OutputTokens = sum.Tokens.Output,
            Sessions = sum.Sessions,
        });
    }
}
