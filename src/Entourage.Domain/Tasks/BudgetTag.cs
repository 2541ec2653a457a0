using System.Globalization;
using System.Text.RegularExpressions;

namespace Entourage.Domain.Tasks;

/// <summary>The tag <c>budget:X</c>, which caps a task at X dollars.</summary>
public static partial class BudgetTag
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
        // The text first, since parsing rounds what is beyond 28 digits.
        if (!Dollars.IsMatch(digits))
        {
            return null;
        }

        var usd = Money.FromUsd(decimal.Parse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture));
        return usd <= Money.LargestInput ? usd : null;
    }

    /// <summary>Up to seven digits and nine decimals, after which only zeros may follow.</summary>
    [GeneratedRegex(@"\A[0-9]{1,7}(\.[0-9]{1,9}0*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Dollars { get; }

    private static RuleViolationException Malformed(string message) => new("malformed-budget-tag", message, "Tags");
}
