using System.Globalization;
using System.Runtime.InteropServices;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;

namespace Entourage.Application.Costs;

/// <summary>Adds up usage under every heading of a report at once, so that the headings cannot disagree.</summary>
/// <param name="calendar">Whose days and hours.</param>
/// <param name="byHour">Whether the hours are wanted too.</param>
internal sealed class CostTally(BudgetCalendar calendar, bool byHour)
{
    public UsageSum Total { get; private set; }

    public Dictionary<Guid, UsageSum> ByTeam { get; } = [];

    public Dictionary<Guid, UsageSum> ByAgent { get; } = [];

    /// <summary>Key 0 is the work on no task.</summary>
    public Dictionary<long, UsageSum> ByTask { get; } = [];

    public Dictionary<string, UsageSum> ByModel { get; } = new(StringComparer.Ordinal);

    public Dictionary<DateOnly, UsageSum> ByDay { get; } = [];

    /// <summary>By the instant at which the local hour began; null where that is not wanted.</summary>
    public Dictionary<DateTimeOffset, UsageSum>? ByHour { get; } = byHour ? [] : null;

    /// <summary>Adds usage of one session, model and quarter of an hour, under every heading.</summary>
    public void Add(RollupRow row, UsageSum sum)
    {
        AddDay(calendar.DateOf(row.QuarterAt), sum);
        ByTeam.AddTo(row.TeamId, sum);
        ByAgent.AddTo(row.AgentId, sum);
        ByTask.AddTo(row.TaskId ?? 0, sum);
        ByModel.AddTo(row.Model, sum);
        ByHour?.AddTo(calendar.HourOf(row.QuarterAt), sum);
    }

    /// <summary>Adds what has been summarised under one heading.</summary>
    public void Add(CostHeading heading, string item, UsageSum sum)
    {
        switch (heading)
        {
            case CostHeading.Hour:
                ByHour?.AddTo(CostSummary.HourOf(item), sum);
                break;
            case CostHeading.Team:
                ByTeam.AddTo(Guid.Parse(item), sum);
                break;
            case CostHeading.Agent:
                ByAgent.AddTo(Guid.Parse(item), sum);
                break;
            case CostHeading.Task:
                ByTask.AddTo(item.Length == 0 ? 0 : long.Parse(item, CultureInfo.InvariantCulture), sum);
                break;
            case CostHeading.Model:
                ByModel.AddTo(item, sum);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(heading), heading, "A day is added as one.");
        }
    }

    /// <summary>Adds what has been summarised of a day.</summary>
    public void AddDay(DateOnly day, UsageSum sum)
    {
        Total += sum;
        ByDay.AddTo(day, sum);
    }
}

internal static class CostSums
{
    /// <summary>Adds to the sum under a heading, begun where there is none yet.</summary>
    public static void AddTo<TKey>(this Dictionary<TKey, UsageSum> sums, TKey key, UsageSum sum)
        where TKey : notnull
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _);
        known += sum;
    }

    /// <summary>The headings as rows of an answer, the dearest first.</summary>
    public static IReadOnlyList<TRow> Rows<TKey, TRow>(this Dictionary<TKey, UsageSum> sums, Func<TKey, TRow> rowOf)
        where TKey : notnull
        where TRow : CostRow =>
        [.. sums.OrderByDescending(pair => pair.Value.Cost).ThenBy(pair => pair.Key).Select(pair => Fill(rowOf(pair.Key), pair.Value))];

    private static TRow Fill<TRow>(TRow row, UsageSum sum)
        where TRow : CostRow
    {
        CostRow empty = row;
        return (TRow)(empty with
        {
            CostUsd = sum.Cost,
            AssumedCostUsd = sum.AssumedCost,
            InputTokens = sum.Tokens.Input,
            OutputTokens = sum.Tokens.Output,
            Sessions = sum.Sessions,
        });
    }
}

/// <summary>The key of a rollup, with what its session says of it.</summary>
internal sealed record RollupRow(Guid TeamId, DateTimeOffset QuarterAt, long SessionId, string Model, Guid AgentId, long? TaskId);
