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

    /// <summary><c>block</c> keeps a prompt from being sent; absent otherwise, since a stop that is blocked would make an agent go on.</summary>
    [JsonPropertyName("decision")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Decision { get; init; }

    /// <summary>Why the prompt is blocked.</summary>
    [JsonPropertyName("reason")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>What only one kind of event has.</summary>
    [JsonPropertyName("hookSpecificOutput")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClaudeCodeHookDetails? HookSpecificOutput { get; init; }

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
            "UserPromptSubmit" => stop with { Decision = "block", Reason = reason },
            "PreToolUse" => stop with { HookSpecificOutput = new(name) { PermissionDecision = "deny", PermissionDecisionReason = reason } },
            "PermissionRequest" => stop with { HookSpecificOutput = new(name) { Decision = new("deny", reason, Interrupt: true) } },
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

/// <summary>What only one kind of event has in its answer.</summary>
/// <param name="HookEventName">The event.</param>
public sealed record ClaudeCodeHookDetails([property: JsonPropertyName("hookEventName")] string HookEventName)
{
    /// <summary>Of <c>PreToolUse</c>: <c>deny</c> keeps the tool from being called.</summary>
    [JsonPropertyName("permissionDecision")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PermissionDecision { get; init; }

    /// <summary>Of <c>PreToolUse</c>: why, for the model.</summary>
    [JsonPropertyName("permissionDecisionReason")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PermissionDecisionReason { get; init; }

    /// <summary>Of <c>PermissionRequest</c>: what is decided in the user's place.</summary>
    [JsonPropertyName("decision")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClaudeCodePermission? Decision { get; init; }
}

/// <summary>A decision about a request for permission.</summary>
/// <param name="Behavior"><c>deny</c>.</param>
/// <param name="Message">Why.</param>
/// <param name="Interrupt">Whether the run ends with it.</param>
public sealed record ClaudeCodePermission(
    [property: JsonPropertyName("behavior")] string Behavior,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("interrupt")] bool Interrupt);
