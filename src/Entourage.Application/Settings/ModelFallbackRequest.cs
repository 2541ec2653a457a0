using Entourage.Domain.Budgets;

namespace Entourage.Application.Settings;

/// <summary>A rule to send calls as a cheaper model. All members are required.</summary>
/// <param name="WhenSpent">The share of the tightest budget from which the rule applies: 0 to 1.</param>
/// <param name="From">The models: a name, or the beginning of names and <c>*</c>.</param>
/// <param name="To">The model to send instead.</param>
public sealed record ModelFallbackRequest(decimal? WhenSpent, string? From, string? To)
{
    /// <summary>Whether no member is missing.</summary>
    internal bool IsComplete => WhenSpent is not null && From is not null && To is not null;

    /// <summary>Converts complete rules.</summary>
    internal static IReadOnlyList<ModelFallback> ToRules(IEnumerable<ModelFallbackRequest> rules) =>
        [.. rules.Select(rule => new ModelFallback(rule.WhenSpent!.Value, rule.From!, rule.To!))];
}
