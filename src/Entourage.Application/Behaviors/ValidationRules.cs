using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Organisations;
using FluentValidation;

namespace Entourage.Application.Behaviors;

/// <summary>Validation rules that several validators share.</summary>
internal static class ValidationRules
{
    /// <summary>Requires a line of text: not blank, not longer than allowed, without control characters.</summary>
    public static IRuleBuilderOptions<T, string> Line<T>(this IRuleBuilder<T, string> rule, int longest) =>
        rule.NotEmpty().MaximumLength(longest).Must(IsLine).WithMessage("'{PropertyName}' must not contain control characters, or begin or end with white space.");

    /// <summary>Requires a line of text, or null.</summary>
    public static IRuleBuilderOptions<T, string?> OptionalLine<T>(this IRuleBuilder<T, string?> rule, int longest) =>
        rule.Must(text => text is null || !string.IsNullOrWhiteSpace(text)).WithMessage("'{PropertyName}' must not be blank.")
            .MaximumLength(longest).Must(IsLine).WithMessage("'{PropertyName}' must not contain control characters, or begin or end with white space.");

    /// <summary>Allows text of several lines, or null. Control characters other than line breaks and tabs are rejected.</summary>
    public static IRuleBuilderOptions<T, string?> OptionalText<T>(this IRuleBuilder<T, string?> rule, int longest) =>
        rule.MaximumLength(longest)
            .Must(text => text is null || !text.Any(character => char.IsControl(character) && character is not ('\n' or '\r' or '\t')))
            .WithMessage("'{PropertyName}' must not contain control characters other than line breaks and tabs.");

    /// <summary>Requires a slug.</summary>
    public static IRuleBuilderOptions<T, string> Slug<T>(this IRuleBuilder<T, string> rule) =>
        rule.NotEmpty().Matches(Organisation.SlugPattern)
            .WithMessage("'{PropertyName}' must have 1 to 100 characters, each of them a lower-case letter (a-z), a digit or a hyphen.")
            // In a regular expression '$' also matches before a line break at the end.
            .Must(slug => slug is null || !slug.EndsWith('\n')).WithMessage("'{PropertyName}' must not contain control characters.");

    /// <summary>Allows an amount of 0 to 1,000,000 USD, or null.</summary>
    public static IRuleBuilderOptions<T, Money?> Usd<T>(this IRuleBuilder<T, Money?> rule) =>
        rule.Must(money => money is null || (money >= Money.Zero && money <= Money.LargestInput))
            .WithMessage($"'{{PropertyName}}' must be between 0 and {Money.LargestInput} USD.");

    /// <summary>Allows an amount above 0 and up to 1,000,000 USD, or null.</summary>
    public static IRuleBuilderOptions<T, Money?> PositiveUsd<T>(this IRuleBuilder<T, Money?> rule) =>
        rule.Must(money => money is null || (money > Money.Zero && money <= Money.LargestInput))
            .WithMessage($"'{{PropertyName}}' must be greater than 0 and at most {Money.LargestInput} USD.");

    /// <summary>Allows the shares of a budget that raise alerts, or null.</summary>
    public static IRuleBuilderOptions<T, IReadOnlyList<decimal>?> Thresholds<T>(this IRuleBuilder<T, IReadOnlyList<decimal>?> rule) =>
        rule.Must(thresholds => thresholds is null || AlertThresholds.Allow(thresholds))
            .WithMessage(
                $"'{{PropertyName}}' must be at most {AlertThresholds.MaxCount} shares in rising order, greater than 0 and at most "
                + $"{AlertThresholds.Greatest}, with at most {AlertThresholds.Decimals} decimals.");

    /// <summary>Allows the token count of one usage, or null.</summary>
    public static IRuleBuilderOptions<T, long?> Tokens<T>(this IRuleBuilder<T, long?> rule) =>
        rule.InclusiveBetween(0, TokenCounts.LargestInput);

    /// <summary>Allows the lifetime of a reservation in seconds, or null.</summary>
    public static IRuleBuilderOptions<T, long?> Ttl<T>(this IRuleBuilder<T, long?> rule) =>
        rule.InclusiveBetween(1, Reservation.MaxTtlSeconds);

    /// <summary>Allows labels by key, or null.</summary>
    public static IRuleBuilderOptionsConditions<T, IReadOnlyDictionary<string, string>?> Labels<T>(
        this IRuleBuilder<T, IReadOnlyDictionary<string, string>?> rule) => rule.Custom((labels, context) =>
        {
            try
            {
                _ = labels is null ? LabelSet.None : LabelSet.Of(labels);
            }
            catch (RuleViolationException violation)
            {
                context.AddFailure(violation.Message);
            }
        });

    // SQL Server treats two texts as equal that differ only in trailing blanks.
    private static bool IsLine(string? text) => text is null || (!text.Any(char.IsControl) && text.Trim().Length == text.Length);
}
