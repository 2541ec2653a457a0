using Entourage.Application.Budgets;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Dashboard.Format;

/// <summary>Describes budgets of their own.</summary>
internal static class BudgetWords
{
    /// <summary>The name of a budget, or what it counts if it has none.</summary>
    public static string Of(BudgetDetailsResponse budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return budget.Name ?? Formatter.Words(CountsOf(budget));
    }

    /// <summary>Describes what a budget counts: <c>label customer=acme</c>, or <c>each agent</c>.</summary>
    public static string CountsOf(BudgetDetailsResponse budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        var scope = EnumNames.Of(budget.Scope);
        return budget.Scope switch
        {
            _ when budget.Match == BudgetRule.Each => $"each {scope}",
            BudgetScope.Organisation or BudgetScope.Team or BudgetScope.Agent => scope,
            _ => $"{scope} {budget.Match}",
        };
    }

    /// <summary>Describes the limits of a budget: <c>$2.50 and 1,000 tokens</c>.</summary>
    public static string LimitsOf(BudgetDetailsResponse budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        var usd = budget.LimitUsd is { } limit ? Formatter.Usd(limit) : null;
        var tokens = budget.LimitTokens is { } count ? RuleDescription.Amount(new Money(count), BudgetUnit.Tokens) : null;
        return usd is not null && tokens is not null ? $"{usd} and {tokens}" : usd ?? tokens ?? "";
    }

    /// <summary>Describes the period of a budget: <c>Month from day 15</c>.</summary>
    public static string PeriodOf(BudgetDetailsResponse budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        return budget.StartsOn is { } day and not 1 ? $"Month from day {day}" : Formatter.Words(budget.Period);
    }
}
