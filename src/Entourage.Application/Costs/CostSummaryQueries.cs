using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Labels;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>Queries of cost summaries.</summary>
internal static class CostSummaryQueries
{
    /// <summary>Restricts summaries to those of single days within a range.</summary>
    public static IQueryable<CostSummary> In(this IQueryable<CostSummary> summaries, WholeDays days) => summaries.Where(summary =>
        summary.Day > BudgetCalendar.Always
        && (days.First == null || summary.Day >= days.First)
        && (days.End == null || summary.Day < days.End));

    /// <summary>
    /// The summaries of some labels on each day of a range. They are looked up day by day, so that the time does not grow with the number of other labels.
    /// </summary>
    /// <param name="db">The database.</param>
    /// <param name="subjectId">The team or organisation.</param>
    /// <param name="labels">The summaries of the labels.</param>
    /// <param name="days">The range.</param>
    public static IQueryable<CostSummary> OnDays(this IEntourageDb db, Guid subjectId, IQueryable<CostSummary> labels, WholeDays days) =>
        from day in db.CostSummaries.AsNoTracking().Where(day => day.SubjectId == subjectId && day.Heading == CostHeading.Everything).In(days)
        join label in labels on day.Day equals label.Day
        select label;

    /// <summary>The summaries of a label, of each day and of all days.</summary>
    public static IQueryable<CostSummary> OfLabel(this IEntourageDb db, Guid subjectId, Label label)
    {
        var item = label.ToString();
        return db.CostSummaries.AsNoTracking().Where(summary => summary.SubjectId == subjectId && summary.Heading == CostHeading.Label && summary.Item == item);
    }

    /// <summary>The summaries of all values of a label, of each day and of all days.</summary>
    public static IQueryable<CostSummary> OfLabelKey(this IEntourageDb db, Guid subjectId, string key)
    {
        var (first, end) = (key + Label.Separator, key + (char)(Label.Separator + 1));
#pragma warning disable CA1309, CA1310 // Entity Framework translates only this overload. The columns are ordinal.
        return db.CostSummaries.AsNoTracking().Where(summary =>
            summary.SubjectId == subjectId && summary.Heading == CostHeading.Label
            && string.Compare(summary.Item, first) >= 0 && string.Compare(summary.Item, end) < 0);
#pragma warning restore CA1309, CA1310
    }

    /// <summary>Adds up the summaries of each item, in the database.</summary>
    public static IQueryable<ItemSums> SumItems(this IQueryable<CostSummary> summaries) => summaries
        .GroupBy(summary => new { summary.Heading, summary.Item })
        .Select(item => new ItemSums
        {
            Heading = item.Key.Heading,
            Item = item.Key.Item,
            Input = item.Sum(summary => summary.Amounts.InputTokens / TokenSums.Unit),
            InputRest = item.Sum(summary => summary.Amounts.InputTokens % TokenSums.Unit),
            Output = item.Sum(summary => summary.Amounts.OutputTokens / TokenSums.Unit),
            OutputRest = item.Sum(summary => summary.Amounts.OutputTokens % TokenSums.Unit),
            Unpriced = item.Sum(summary => summary.Amounts.UnpricedTokens / TokenSums.Unit),
            UnpricedRest = item.Sum(summary => summary.Amounts.UnpricedTokens % TokenSums.Unit),
            CostBillions = item.Sum(summary => summary.Amounts.CostBillionUsd),
            CostWhole = item.Sum(summary => summary.Amounts.CostNanoUsd / Money.NanosPerUsd),
            CostNanos = item.Sum(summary => summary.Amounts.CostNanoUsd % Money.NanosPerUsd),
            ImputedBillions = item.Sum(summary => summary.Amounts.ImputedCostBillionUsd),
            ImputedWhole = item.Sum(summary => summary.Amounts.ImputedCostNanoUsd / Money.NanosPerUsd),
            ImputedNanos = item.Sum(summary => summary.Amounts.ImputedCostNanoUsd % Money.NanosPerUsd),
            AssumedBillions = item.Sum(summary => summary.Amounts.AssumedCostBillionUsd),
            AssumedWhole = item.Sum(summary => summary.Amounts.AssumedCostNanoUsd / Money.NanosPerUsd),
            AssumedNanos = item.Sum(summary => summary.Amounts.AssumedCostNanoUsd % Money.NanosPerUsd),
            Sessions = item.Sum(summary => summary.Amounts.Sessions),
        });
}

/// <summary>The sums of an item's summaries, in parts so that none overflows.</summary>
internal sealed record ItemSums
{
    public required CostHeading Heading { get; init; }

    public required string Item { get; init; }

    public required long Input { get; init; }

    public required long InputRest { get; init; }

    public required long Output { get; init; }

    public required long OutputRest { get; init; }

    public required long Unpriced { get; init; }

    public required long UnpricedRest { get; init; }

    public required long CostBillions { get; init; }

    public required long CostWhole { get; init; }

    public required long CostNanos { get; init; }

    public required long ImputedBillions { get; init; }

    public required long ImputedWhole { get; init; }

    public required long ImputedNanos { get; init; }

    public required long AssumedBillions { get; init; }

    public required long AssumedWhole { get; init; }

    public required long AssumedNanos { get; init; }

    public required int Sessions { get; init; }

    /// <summary>The sums. Rows of a report do not show cached tokens, so these lack them.</summary>
    public UsageSum ToSum() => new(
        new(TokenSums.OfSums(Input, InputRest), TokenSums.OfSums(Output, OutputRest)),
        TokenSums.OfSums(Unpriced, UnpricedRest),
        MoneyTotal.OfSums(CostBillions, CostWhole, CostNanos),
        MoneyTotal.OfSums(ImputedBillions, ImputedWhole, ImputedNanos),
        Sessions)
    {
        AssumedCost = MoneyTotal.OfSums(AssumedBillions, AssumedWhole, AssumedNanos),
    };
}
