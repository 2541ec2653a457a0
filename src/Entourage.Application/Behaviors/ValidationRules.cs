using Entourage.Application.Paging;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;
using FluentValidation;

namespace Entourage.Application.Behaviors;

/// <summary>Rules of shape that several validators share.</summary>
internal static class ValidationRules
{
    /// <summary>A line of text: not blank, not too long, without control characters.</summary>
    public static IRuleBuilderOptions<T, string> Line<T>(this IRuleBuilder<T, string> rule, int longest) =>
        rule.NotEmpty().MaximumLength(longest).Must(IsLine).WithMessage("'{PropertyName}' must not hold control characters, nor begin or end with a blank.");

    /// <summary>A line of text, or none at all.</summary>
    public static IRuleBuilderOptions<T, string?> OptionalLine<T>(this IRuleBuilder<T, string?> rule, int longest) =>
        rule.Must(text => text is null || !string.IsNullOrWhiteSpace(text)).WithMessage("'{PropertyName}' must not be blank.")
            .MaximumLength(longest).Must(IsLine).WithMessage("'{PropertyName}' must not hold control characters, nor begin or end with a blank.");

    /// <summary>Text of many lines, or none: control characters other than line ends and tabs are refused.</summary>
    public static IRuleBuilderOptions<T, string?> OptionalText<T>(this IRuleBuilder<T, string?> rule, int longest) =>
        rule.MaximumLength(longest)
            .Must(text => text is null || !text.Any(character => char.IsControl(character) && character is not ('\n' or '\r' or '\t')))
            .WithMessage("'{PropertyName}' must not hold control characters other than line ends and tabs.");

    /// <summary>A slug.</summary>
    public static IRuleBuilderOptions<T, string> Slug<T>(this IRuleBuilder<T, string> rule) =>
        rule.NotEmpty().Matches(Organisation.SlugPattern)
            .WithMessage("'{PropertyName}' has 1 to 100 lower-case letters a-z, digits and hyphens.")
            // In a regular expression '$' also matches before a closing line end.
            .Must(slug => slug is null || !slug.EndsWith('\n')).WithMessage("'{PropertyName}' must not hold control characters.");

    /// <summary>An amount a caller may state: 0 to 1,000,000 USD.</summary>
    public static IRuleBuilderOptions<T, Money?> Usd<T>(this IRuleBuilder<T, Money?> rule) =>
        rule.Must(money => money is null || (money >= Money.Zero && money <= Money.LargestInput))
            .WithMessage($"'{{PropertyName}}' must be from 0 to {Money.LargestInput} dollars.");

    /// <summary>An amount that a caller may ask for or grant: more than nothing, up to 1,000,000 USD.</summary>
    public static IRuleBuilderOptions<T, Money?> PositiveUsd<T>(this IRuleBuilder<T, Money?> rule) =>
        rule.Must(money => money is null || (money > Money.Zero && money <= Money.LargestInput))
            .WithMessage($"'{{PropertyName}}' must be above 0 and up to {Money.LargestInput} dollars.");

    /// <summary>A count of tokens that one usage may state.</summary>
    public static IRuleBuilderOptions<T, long?> Tokens<T>(this IRuleBuilder<T, long?> rule) =>
        rule.InclusiveBetween(0, TokenCounts.LargestInput);

    /// <summary>How long a reservation is to hold, in seconds.</summary>
    public static IRuleBuilderOptions<T, long?> Ttl<T>(this IRuleBuilder<T, long?> rule) =>
        rule.InclusiveBetween(1, Reservation.MaxTtlSeconds);

    /// <summary>The part of a list that is asked for.</summary>
    public static IRuleBuilderOptions<T, int> PageLimit<T>(this IRuleBuilder<T, int> rule) =>
        rule.InclusiveBetween(1, PageRequest.MaxLimit).OverridePropertyName("Limit");

    // SQL Server takes two texts that differ only in blanks at the end for the same.
    private static bool IsLine(string? text) => text is null || (!text.Any(char.IsControl) && text.Trim().Length == text.Length);
}
