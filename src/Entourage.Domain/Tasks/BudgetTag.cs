using System.Globalization;
using System.Text.RegularExpressions;

namespace Entourage.Domain.Tasks;

/// <summary>The tag <c>budget:X</c>, which caps a task at X dollars.</summary>
public static partial class BudgetTag
{
    private const string Prefix = "budget:";

    /// <summary>Whether a tag sets a cap.</summary>
    public static bool IsBudget(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Returns the cap that a task's tags set (USD); null if none of them is a budget tag.</summary>
    /// <param name="tags">The tags of the task.</param>
    /// <exception cref="RuleViolationException"><c>malformed-budget-tag</c>: a budget tag is malformed, or there is more than one.</exception>
    public static Money? LimitOf(IEnumerable<string> tags)
    {
        Money? limit = null;
        foreach (var tag in tags.Where(IsBudget))
        {
            if (limit is not null)
            {
                throw Malformed("A task can have only one 'budget:' tag.");
            }

            limit = Parse(tag[Prefix.Length..]) ?? throw Malformed(
                $"'{tag}' is not a valid budget. Use the form 'budget:0.50', from 0 to {Money.LargestInput} dollars with at most {Money.Decimals} decimals.");
        }

        return limit;
    }

    private static Money? Parse(string digits)
    {
        // The pattern comes first, because parsing rounds beyond 28 digits.
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

    private static RuleViolationException Malformed(string message) => new("malformed-budget-tag", message, nameof(WorkTask.Tags));
}
