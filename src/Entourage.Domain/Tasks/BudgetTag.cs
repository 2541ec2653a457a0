using System.Globalization;

namespace Entourage.Domain.Tasks;

/// <summary>The tag <c>budget:X</c>, which caps a task at X dollars.</summary>
public static class BudgetTag
{
    private const string Prefix = "budget:";

    /// <summary>The cap that a task's tags set; null when none of them is a budget tag.</summary>
    /// <param name="tags">All tags of the task.</param>
    /// <exception cref="RuleViolationException"><c>malformed-budget-tag</c>, also for more than one budget tag.</exception>
    public static Money? LimitOf(IEnumerable<string> tags)
    {
        Money? limit = null;
        foreach (var tag in tags.Where(tag => tag.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)))
        {
            if (limit is not null)
            {
                throw Malformed("A task has one budget: more than one 'budget:' tag was given.");
            }

            limit = Parse(tag[Prefix.Length..]) ?? throw Malformed(
                $"'{tag}' is not a budget: write 'budget:0.50', dollars from 0 to {Money.LargestInput} with at most {Money.Decimals} decimals.");
        }

        return limit;
    }

    private static Money? Parse(string digits)
    {
        // AllowDecimalPoint alone: no sign, no exponent, no thousands separators, no white space.
        if (!decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd)
            || usd > Money.LargestInput.ToUsd()
            || decimal.Round(usd, Money.Decimals) != usd)
        {
            return null;
        }

        return Money.FromUsd(usd);
    }

    private static RuleViolationException Malformed(string message) => new("malformed-budget-tag", message, "Tags");
}
