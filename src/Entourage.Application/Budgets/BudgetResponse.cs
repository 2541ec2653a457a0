using System.Text.Json;
using System.Text.Json.Serialization;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Budgets;

/// <summary>What an agent may still spend, and whether it must stop.</summary>
public sealed record BudgetResponse
{
    /// <summary>The daily cap with the least remaining, of the team's and the agent's (USD); null when there is none.</summary>
    public required Money? DailyLimitUsd { get; init; }

    /// <summary>What has been spent of it today (USD); the team's spending where there is no cap.</summary>
    public required MoneyTotal DailySpentUsd { get; init; }

    /// <summary>What is left of it (USD), negative after an overrun; null when there is no cap.</summary>
    public required MoneyTotal? DailyRemainingUsd { get; init; }

    /// <summary>The cap of the task (USD); null without a task or a cap.</summary>
    public required Money? TaskLimitUsd { get; init; }

    /// <summary>What the task has cost (USD); null without a task.</summary>
    public required MoneyTotal? TaskSpentUsd { get; init; }

    /// <summary>A hard budget that applies has nothing left.</summary>
    public required bool OverBudget { get; init; }

    /// <summary>What live reservations hold of the daily budget (USD).</summary>
    public required MoneyTotal ReservedUsd { get; init; }

    /// <summary>The agent must stop. It obeys this member alone.</summary>
    public required bool Stop { get; init; }

    /// <summary>Why it must stop: <c>budget_exceeded:team:day</c>, <c>paused:agent</c>, <c>session_killed</c>.</summary>
    public required IReadOnlyList<string> StopReasons { get; init; }

    /// <summary>When the daily figures start afresh (UTC).</summary>
    public required DateTimeOffset? ResetsAt { get; init; }

    /// <summary>
    /// When the daily cap is reached if spending goes on as it did today (UTC); null where that is not before it starts afresh, where there
    /// is no cap, and where it was reached already.
    /// </summary>
    public required DateTimeOffset? CapReachedAt { get; init; }

    /// <summary>Every cap that applies, from the widest scope to the narrowest.</summary>
    public required IReadOnlyList<BudgetStatusResponse> Budgets { get; init; }

    /// <summary>The answer for a position.</summary>
    /// <param name="position">Every budget that applies.</param>
    /// <param name="now">The moment of the position (UTC).</param>
    /// <param name="furtherStopReasons">Why the agent must stop besides its budgets.</param>
    public static BudgetResponse From(BudgetPosition position, DateTimeOffset now, params IEnumerable<string> furtherStopReasons)
    {
        ArgumentNullException.ThrowIfNull(position);
        var teamDay = position.Budgets.First(budget => budget.Budget.Window is { Scope: BudgetScope.Team, Period: BudgetPeriod.Day });
        var daily = position.Budgets
            .Where(budget => budget.Budget is { Limit: not null, Window: { Scope: BudgetScope.Team or BudgetScope.Agent, Period: BudgetPeriod.Day } })
            .MinBy(budget => budget.Remaining) ?? teamDay;
        var task = position.Budgets.FirstOrDefault(budget => budget.Budget.Window.Scope == BudgetScope.Task);
        var reasons = position.Refusing.Select(budget => StopReason.Of(budget.Budget)).Concat(furtherStopReasons).Distinct(StringComparer.Ordinal).ToArray();
        return new()
        {
            DailyLimitUsd = daily.Budget.Limit,
            DailySpentUsd = daily.Spending.Spent,
            DailyRemainingUsd = daily.Remaining,
            TaskLimitUsd = task?.Budget.Limit,
            TaskSpentUsd = task?.Spending.Spent,
            OverBudget = position.Refusing.Any(),
            ReservedUsd = daily.Spending.Reserved,
            Stop = reasons.Length > 0,
            StopReasons = reasons,
            ResetsAt = daily.Budget.ResetsAt,
            CapReachedAt = position.CapReachedAt(daily, now),
            Budgets =
            [
                .. position.Budgets.Where(budget => budget.Budget.Limit is not null)
                    .Select(budget => BudgetStatusResponse.From(budget, position.CapReachedAt(budget, now))),
            ],
        };
    }
}

/// <summary>One cap and where it stands.</summary>
/// <param name="Scope">Whose spending it caps.</param>
/// <param name="ScopeId">The id of that.</param>
/// <param name="Period">How long it lasts before it starts afresh.</param>
/// <param name="Enforcement">Whether it refuses or only watches.</param>
/// <param name="LimitUsd">The cap (USD).</param>
/// <param name="SpentUsd">The recorded cost in the present window (USD).</param>
/// <param name="ReservedUsd">What live reservations hold (USD).</param>
/// <param name="RemainingUsd">Limit − spent − reserved (USD).</param>
/// <param name="Over">Nothing remains.</param>
/// <param name="ResetsAt">When the window ends (UTC); null for one that never does.</param>
/// <param name="CapReachedAt">When nothing is left if its scope goes on spending as it did today (UTC); null where that is not before the window ends, or was already, and in a refusal.</param>
public sealed record BudgetStatusResponse(
    BudgetScope Scope,
    [property: JsonConverter(typeof(ScopeIdJsonConverter))] string ScopeId,
    BudgetPeriod Period,
    Enforcement Enforcement,
    Money LimitUsd,
    MoneyTotal SpentUsd,
    MoneyTotal ReservedUsd,
    MoneyTotal RemainingUsd,
    bool Over,
    DateTimeOffset? ResetsAt,
    DateTimeOffset? CapReachedAt)
{
    /// <summary>The answer for a budget that has a cap.</summary>
    /// <param name="status">The budget.</param>
    /// <param name="capReachedAt">See <see cref="CapReachedAt"/>.</param>
    public static BudgetStatusResponse From(BudgetStatus status, DateTimeOffset? capReachedAt = null)
    {
        ArgumentNullException.ThrowIfNull(status);
        var (budget, spending) = (status.Budget, status.Spending);
        return new(
            budget.Window.Scope,
            budget.Window.ScopeId,
            budget.Window.Period,
            budget.Enforcement,
            budget.Limit!.Value,
            spending.Spent,
            spending.Reserved,
            status.Remaining!.Value,
            status.Over,
            budget.ResetsAt,
            capReachedAt);
    }
}

/// <summary>The id of a scope as its own kind of JSON: tasks and sessions have numbers, the others UUIDs.</summary>
public sealed class ScopeIdJsonConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? BudgetWindow.IdOf(reader.GetInt64()) : reader.GetString()!;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (long.TryParse(value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(value);
        }
    }
}
