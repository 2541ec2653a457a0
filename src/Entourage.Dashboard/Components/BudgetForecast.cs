using Entourage.Application.Budgets;
using Entourage.Dashboard.Format;
using Entourage.Domain.Budgets;

namespace Entourage.Dashboard.Components;

/// <summary>Describes when a limit is reached.</summary>
internal static class BudgetForecast
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    /// <summary>Describes the forecast of a budget.</summary>
    /// <param name="budget">The budget.</param>
    /// <param name="now">The time of its figures (UTC).</param>
    public static string TextOf(BudgetItemResponse budget, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return budget.Status switch
        {
            { Over: true } => "reached",
            { Period: BudgetPeriod.Minute } => "not reached",
            { CapReachedAt: { } at } when at - now > Longest => "in over 90 days",
            { CapReachedAt: { } at } => Formatter.Day(at, budget.Timezone) == Formatter.Day(now, budget.Timezone)
                ? $"today at {Formatter.Minute(at, budget.Timezone)}"
                : Formatter.Moment(at, budget.Timezone),
            { ResetsAt: not null } => "not before the window ends",
            _ => "nothing spent today",
        };
    }

    /// <summary>Describes when the window of a budget ends.</summary>
    public static string EndOf(BudgetItemResponse budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return budget.Status switch
        {
            { ResetsAt: { } at } => Formatter.Moment(at, budget.Timezone),
            { Period: BudgetPeriod.Minute } => "slides",
            _ => "never",
        };
    }

    /// <summary>The style level of a budget: <c>over</c>, <c>near</c> for one that is reached before its window ends, or empty.</summary>
    public static string LevelOf(BudgetItemResponse budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return budget.Status switch { { Over: true } => "over", { CapReachedAt: not null, ResetsAt: not null } => "near", _ => "" };
    }
}
