using Entourage.Application.Json;
using Entourage.Domain.Alerts;
using FluentValidation;

namespace Entourage.Application.Settings;

/// <summary>The rules for runaway sessions of a team.</summary>
/// <param name="WindowMinutes">The length of the sliding window in minutes.</param>
/// <param name="MaxTokens">The input and output tokens within the window that make a session a runaway; null for no such limit.</param>
/// <param name="MaxRepeatedErrors">The number of consecutive usages with the same error that make a session a runaway; null for no such
/// limit.</param>
/// <param name="Action">The action: an alert only, or also pausing the agent or killing the session.</param>
public sealed record RunawaySettingsResponse(int WindowMinutes, long? MaxTokens, int? MaxRepeatedErrors, RunawayAction Action)
{
    internal static RunawaySettingsResponse From(DetectorRules rules) =>
        new(rules.WindowMinutes, rules.MaxTokens, rules.MaxRepeatedErrors, rules.Action);
}

/// <summary>Changes the rules for runaway sessions. Absent members keep their values.</summary>
public sealed record RunawayPatch
{
    /// <summary>The length of the sliding window in minutes: 1 to 1,440.</summary>
    public Patch<long> WindowMinutes { get; init; }

    /// <summary>The input and output tokens within the window that make a session a runaway: 1 to 10,000,000,000; null for no such limit.</summary>
    public Patch<long?> MaxTokens { get; init; }

    /// <summary>The number of consecutive usages with the same error that make a session a runaway: 2 to 1,000; null for no such limit.</summary>
    public Patch<long?> MaxRepeatedErrors { get; init; }

    /// <summary>The action: alert, pause the agent, or kill the session.</summary>
    public Patch<RunawayAction> Action { get; init; }

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

    /// <summary>Returns the rules with the changes applied.</summary>
    internal DetectorRules ApplyTo(DetectorRules rules) => rules with
    {
        WindowMinutes = (int)WindowMinutes.Or(rules.WindowMinutes),
        MaxTokens = MaxTokens.Or(rules.MaxTokens),
        MaxRepeatedErrors = (int?)MaxRepeatedErrors.Or(rules.MaxRepeatedErrors),
        Action = Action.Or(rules.Action),
    };
}
