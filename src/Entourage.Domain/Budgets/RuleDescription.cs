using System.Globalization;

namespace Entourage.Domain.Budgets;

/// <summary>Describes the budgets of rules to people.</summary>
public static class RuleDescription
{
    /// <summary>
    /// Describes a budget by its name, period and scope: <c>monthly budget "Acme" for the label customer=acme</c>, or
    /// <c>limit per minute for the model gpt-5</c>.
    /// </summary>
    public static string Of(BudgetRule rule, string item)
    {
        ArgumentNullException.ThrowIfNull(rule);
        var kind = rule.Period switch
        {
            BudgetPeriod.Minute => "limit per minute",
            BudgetPeriod.Hour => "hourly budget",
            BudgetPeriod.Day => "daily budget",
            BudgetPeriod.Week => "weekly budget",
            BudgetPeriod.Month => "monthly budget",
            _ => "budget",
        };
        var subject = rule.Scope switch
        {
            BudgetScope.Organisation => "the organisation",
            BudgetScope.Team => "the team",
            BudgetScope.Agent => "the agent",
            BudgetScope.Task => $"task {item}",
            BudgetScope.Session => $"session {item}",
            BudgetScope.Label => $"the label {item}",
            _ => item.EndsWith('*') ? $"the models {item}" : $"the model {item}",
        };
        return rule.Name is { } name ? $"{kind} \"{name}\" for {subject}" : $"{kind} for {subject}";
    }

    /// <summary>Formats an amount in its unit: <c>2.50 USD</c> or <c>1,000 tokens</c>.</summary>
    public static string Amount(MoneyTotal amount, BudgetUnit unit) =>
        unit == BudgetUnit.Usd ? $"{amount} USD" : string.Create(CultureInfo.InvariantCulture, $"{amount.NanoUsd:N0} tokens");
}
