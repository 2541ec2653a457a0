using System.Globalization;
using System.Text.Json.Serialization;
using Entourage.Application.Budgets;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Api.Contracts;

/// <summary>What Claude Code takes for an answer of a hook. An empty object lets it go on.</summary>
public sealed record ClaudeCodeHookOutput
{
    private static readonly ClaudeCodeHookOutput Proceed = new();

    /// <summary>False ends the run, whatever the event; absent lets it go on.</summary>
    [JsonPropertyName("continue")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Continue { get; init; }

    /// <summary>Why the run ends, for the user.</summary>
    [JsonPropertyName("stopReason")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StopReason { get; init; }

    /// <summary>The same as a warning, for events at which a run cannot end.</summary>
    [JsonPropertyName("systemMessage")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SystemMessage { get; init; }

    /// <summary>The answer to an event, in the form that it allows.</summary>
    /// <param name="name">The event.</param>
    /// <param name="budget">What the agent may still spend.</param>
    public static ClaudeCodeHookOutput Of(string name, BudgetResponse budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        if (!budget.Stop)
        {
            return Proceed;
        }

        var reason = ReasonOf(budget);
        var stop = new ClaudeCodeHookOutput { Continue = false, StopReason = reason };
        return name switch
        {
            // The run is over, or the event is no part of it.
            "SessionEnd" or "Notification" => Proceed,
            "SessionStart" => stop with { SystemMessage = reason },

            // Nothing else: with a denied tool call or a blocked stop besides, Claude Code 2.1 goes on all the same.
            _ => stop,
        };
    }

    private static string ReasonOf(BudgetResponse budget)
    {
        var over = budget.Budgets.Where(cap => cap is { Over: true, Enforcement: Enforcement.Hard }).Select(CapOf);
        var others = budget.StopReasons.Select(WordsOf).OfType<string>();
        return $"Entourage stops this run: {string.Join("; ", over.Concat(others))}.";
    }

    private static string CapOf(BudgetStatusResponse cap)
    {
        var held = cap.ReservedUsd == MoneyTotal.Zero ? "" : string.Create(CultureInfo.InvariantCulture, $" and {cap.ReservedUsd} reserved");
        var resets = cap.ResetsAt is { } at ? string.Create(CultureInfo.InvariantCulture, $", resets at {at.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"the {EnumNames.Of(cap.Scope)} budget ({EnumNames.Of(cap.Period)}) is used up, {cap.SpentUsd} of {cap.LimitUsd} USD spent{held}{resets}");
    }

    private static string? WordsOf(string reason) => reason switch
    {
        "session_killed" => "the session was killed",
        _ when reason.StartsWith("paused:", StringComparison.Ordinal) => $"the {reason["paused:".Length..]} is paused",
        _ when reason.StartsWith("budget_exceeded:", StringComparison.Ordinal) => null,
        _ => reason,
    };
}
