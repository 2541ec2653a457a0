using System.Globalization;
using System.Text.Json.Serialization;
using Entourage.Application.Budgets;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Api.Contracts;

/// <summary>The output of a Claude Code hook. An empty object lets the run continue.</summary>
public sealed record ClaudeCodeHookOutput
{
    private static readonly ClaudeCodeHookOutput Proceed = new();

    /// <summary>False ends the run, on any event. If absent, the run continues.</summary>
    [JsonPropertyName("continue")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Continue { get; init; }

    /// <summary>The reason for the user why the run ends.</summary>
    [JsonPropertyName("stopReason")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StopReason { get; init; }

    /// <summary>The reason as a warning, for events at which a run cannot end.</summary>
    [JsonPropertyName("systemMessage")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SystemMessage { get; init; }

    /// <summary>Creates the answer to an event.</summary>
    /// <param name="name">The name of the event.</param>
    /// <param name="budget">The agent's budget.</param>
    public static ClaudeCodeHookOutput Of(string name, BudgetResponse budget)
    {
        ArgumentNullException.ThrowIfNull(budget);
        if (!budget.Stop)
        {
            // A limit per minute slows a run down. Only the calls themselves are refused.
            return budget.WaitUntil is { } until && name is not ("SessionEnd" or "Notification")
                ? new() { SystemMessage = string.Create(CultureInfo.InvariantCulture, $"Entourage: a limit per minute is used up. Continue after {until.UtcDateTime:HH:mm:ss} UTC.") }
                : Proceed;
        }

        var reason = ReasonOf(budget);
        var stop = new ClaudeCodeHookOutput { Continue = false, StopReason = reason };
        return name switch
        {
            // The run is over, or the event does not belong to one.
            "SessionEnd" or "Notification" => Proceed,
            "SessionStart" => stop with { SystemMessage = reason },

            // Only these two members: if the answer also denies the tool call or blocks the stop, Claude Code 2.1 continues.
            _ => stop,
        };
    }

    private static string ReasonOf(BudgetResponse budget)
    {
        var over = budget.Budgets.Where(cap => cap is { Over: true, Enforcement: Enforcement.Hard, Period: not BudgetPeriod.Minute }).Select(CapOf);
        var others = budget.StopReasons.Select(WordsOf).OfType<string>();
        return $"Entourage stops this run: {string.Join("; ", over.Concat(others))}.";
    }

    private static string CapOf(BudgetStatusResponse cap)
    {
        var name = cap.BudgetName is { } own ? $" \"{own}\"" : cap.BudgetId is null ? "" : $" for {cap.ScopeId}";
        var (spent, limit) = cap.Unit == BudgetUnit.Usd ? ($"{cap.SpentUsd}", $"{cap.LimitUsd} USD") : (Count(cap.SpentTokens), $"{Count(cap.LimitTokens)} tokens");
        var reserved = cap.Reserved == MoneyTotal.Zero ? "" : $" and {(cap.Unit == BudgetUnit.Usd ? $"{cap.ReservedUsd}" : Count(cap.ReservedTokens))} reserved";
        var resets = cap.ResetsAt is { } at ? string.Create(CultureInfo.InvariantCulture, $", resets at {at.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"the {EnumNames.Of(cap.Scope)} budget{name} ({EnumNames.Of(cap.Period)}) is used up, {spent} of {limit} spent{reserved}{resets}");
    }

    private static string Count(long? tokens) => string.Create(CultureInfo.InvariantCulture, $"{tokens:N0}");

    private static string? WordsOf(string reason) => reason switch
    {
        "session_killed" => "the session was killed",
        _ when reason.StartsWith("paused:", StringComparison.Ordinal) => $"the {reason["paused:".Length..]} is paused",
        _ when reason.StartsWith("budget_exceeded:", StringComparison.Ordinal) => null,
        _ => reason,
    };
}
