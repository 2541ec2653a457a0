using System.Globalization;
using System.Runtime.InteropServices;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;

namespace Entourage.Application.Costs;

/// <summary>Adds up usage under all headings of a report at once, so that they always agree.</summary>
/// <param name="calendar">The calendar of local days and hours.</param>
/// <param name="byHour">Whether to add up hours, too.</param>
internal sealed class CostTotals(BudgetCalendar calendar, bool byHour)
{
    public UsageSum Total { get; private set; }

    public Dictionary<Guid, UsageSum> ByTeam { get; } = [];

    public Dictionary<Guid, UsageSum> ByAgent { get; } = [];

    /// <summary>The totals by task. Key 0 is work on no task.</summary>
    public Dictionary<long, UsageSum> ByTask { get; } = [];

    public Dictionary<string, UsageSum> ByModel { get; } = new(StringComparer.Ordinal);

    public Dictionary<DateOnly, UsageSum> ByDay { get; } = [];

    /// <summary>The totals by the start of the local hour; null if not requested.</summary>
    public Dictionary<DateTimeOffset, UsageSum>? ByHour { get; } = byHour ? [] : null;

    /// <summary>Adds usage of one session, model and quarter of an hour under all headings.</summary>
    public void Add(RollupRow row, UsageSum sum)
    {
        AddDay(calendar.DateOf(row.QuarterAt), sum);
        ByTeam.AddTo(row.TeamId, sum);
        ByAgent.AddTo(row.AgentId, sum);
        ByTask.AddTo(row.TaskId ?? 0, sum);
        ByModel.AddTo(row.Model, sum);
        ByHour?.AddTo(calendar.HourOf(row.QuarterAt), sum);
    }

    /// <summary>Adds summarised usage under one heading.</summary>
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
                throw new ArgumentOutOfRangeException(nameof(heading), heading, "Use AddDay to add a day.");
        }
    }

    /// <summary>Adds summarised usage of one day.</summary>
    public void AddDay(DateOnly day, UsageSum sum)
    {
        Total += sum;
        ByDay.AddTo(day, sum);
    }
}

internal static class CostTotalsExtensions
{
    /// <summary>Adds usage to the sum under a key.</summary>
    public static void AddTo<TKey>(this Dictionary<TKey, UsageSum> sums, TKey key, UsageSum sum)
        where TKey : notnull
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, key, out _);
        known += sum;
    }

    /// <summary>Converts sums to rows of a response, most expensive first.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="rowOf">Creates the row of a key.</param>
    /// <param name="order">The order of keys with the same cost; their own by default.</param>
    public static IReadOnlyList<TRow> Rows<TKey, TRow>(this Dictionary<TKey, UsageSum> sums, Func<TKey, TRow> rowOf, IComparer<TKey>? order = null)
        where TKey : notnull
        where TRow : CostRow =>
        [.. sums.OrderByDescending(pair => pair.Value.Cost).ThenBy(pair => pair.Key, order).Select(pair => rowOf(pair.Key).With(pair.Value))];

    /// <summary>Returns a row with the figures of a sum.</summary>
    public static TRow With<TRow>(this TRow row, UsageSum sum)
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

/// <summary>The key of a rollup, with the agent and the task of its session.</summary>
internal sealed record RollupRow(Guid TeamId, DateTimeOffset QuarterAt, long SessionId, string Model, Guid AgentId, long? TaskId);
