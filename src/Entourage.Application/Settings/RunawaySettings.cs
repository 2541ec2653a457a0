using Entourage.Application.Json;
using Entourage.Domain.Alerts;
using FluentValidation;

namespace Entourage.Application.Settings;

/// <summary>When a session of a team has run away, and what is done about it.</summary>
/// <param name="WindowMinutes">The length of the sliding window in minutes.</param>
/// <param name="MaxTokens">The input and output tokens within the window that make it a runaway; null is never.</param>
/// <param name="MaxRepeatedErrors">How many usages in a row with the same error make it one; null is never.</param>
/// <param name="Action">What is done: people are told, and the agent goes on, is paused, or has its session killed.</param>
public sealed record RunawaySettingsResponse(int WindowMinutes, long? MaxTokens, int? MaxRepeatedErrors, RunawayAction Action)
{
    internal static RunawaySettingsResponse From(DetectorRules rules) =>
        new(rules.WindowMinutes, rules.MaxTokens, rules.MaxRepeatedErrors, rules.Action);
}

/// <summary>Changes of what makes a session a runaway; an absent member stays as it is.</summary>
public sealed record RunawayPatch
{
    /// <summary>The length of the sliding window in minutes: 1 to 1,440.</summary>
    public Patch<long> WindowMinutes { get; init; }

    /// <summary>The input and output tokens within the window that make it a runaway: 1 to 10,000,000,000; null is never.</summary>
    public Patch<long?> MaxTokens { get; init; }

    /// <summary>How many usages in a row with the same error make it one: 2 to 1,000; null is never.</summary>
    public Patch<long?> MaxRepeatedErrors { get; init; }

    /// <summary>What is done: alert, pause the agent, or kill the session.</summary>
    public Patch<RunawayAction> Action { get; init; }

    /// <summary>The rules of shape.</summary>
    internal static void Check(InlineValidator<RunawayPatch> patch)
    {
        patch.RuleFor(runaway => runaway.WindowMinutes.Value)
            .InclusiveBetween(1, DetectorRules.MaxWindowMinutes)
            .OverridePropertyName(nameof(WindowMinutes))
            .When(runaway => runaway.WindowMinutes.IsSet);
        patch.RuleFor(runaway => runaway.MaxTokens.Value).InclusiveBetween(1, DetectorRules.MaxTokenLimit).OverridePropertyName(nameof(MaxTokens));
        patch.RuleFor(runaway => runaway.MaxRepeatedErrors.Value)
            .InclusiveBetween(DetectorRules.MinErrorLimit, DetectorRules.MaxErrorLimit)
            .OverridePropertyName(nameof(MaxRepeatedErrors));
    }

    /// <summary>The rules with the changes made.</summary>
    internal DetectorRules ApplyTo(DetectorRules rules) => rules with
    {
        WindowMinutes = (int)WindowMinutes.Or(rules.WindowMinutes),
        MaxTokens = MaxTokens.Or(rules.MaxTokens),
        MaxRepeatedErrors = (int?)MaxRepeatedErrors.Or(rules.MaxRepeatedErrors),
        Action = Action.Or(rules.Action),
    };
}
