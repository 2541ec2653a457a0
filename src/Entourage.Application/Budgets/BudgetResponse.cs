using System.Text.Json;
using System.Text.Json.Serialization;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Budgets;

/// <summary>The money that an agent may still spend, and whether it must stop.</summary>
public sealed record BudgetResponse
{
    /// <summary>The tighter of the team's and the agent's daily cap (USD); null if there is none.</summary>
    public required Money? DailyLimitUsd { get; init; }

    /// <summary>Today's spending under that cap (USD); the team's spending if there is no cap.</summary>
    public required MoneyTotal DailySpentUsd { get; init; }

    /// <summary>The amount left of that cap (USD), negative after an overrun; null if there is no cap.</summary>
    public required MoneyTotal? DailyRemainingUsd { get; init; }

    /// <summary>The cap of the task (USD); null without a task or a cap.</summary>
    public required Money? TaskLimitUsd { get; init; }

    /// <summary>The cost of the task so far (USD); null without a task.</summary>
    public required MoneyTotal? TaskSpentUsd { get; init; }

    /// <summary>Whether a hard budget that applies has nothing left.</summary>
    public required bool OverBudget { get; init; }

    /// <summary>The amount that live reservations take from the daily budget (USD).</summary>
    public required MoneyTotal ReservedUsd { get; init; }

    /// <summary>Whether the agent must stop. An agent needs to obey only this member.</summary>
    public required bool Stop { get; init; }

    /// <summary>The reasons to stop, such as <c>budget_exceeded:team:day</c>, <c>paused:agent</c> or <c>session_killed</c>.</summary>
    public required IReadOnlyList<string> StopReasons { get; init; }

    /// <summary>When the daily figures reset (UTC).</summary>
    public required DateTimeOffset? ResetsAt { get; init; }

    /// <summary>
    /// When the daily cap is reached at today's rate of spending (UTC). Null if the day ends first, if there is no cap, or if it is reached already.
    /// </summary>
    public required DateTimeOffset? CapReachedAt { get; init; }

    /// <summary>
    /// When the agent should go on (UTC), because a hard limit per minute has nothing left now; null to go on at once. It is no reason to stop.
    /// </summary>
    public required DateTimeOffset? WaitUntil { get; init; }

    /// <summary>All caps that apply, from the widest scope to the narrowest, and then the budgets that are resources of their own.</summary>
    public required IReadOnlyList<BudgetStatusResponse> Budgets { get; init; }

    /// <summary>Creates the response for the budgets and pauses that apply to some work.</summary>
    /// <param name="standing">The budgets and pauses.</param>
    /// <param name="now">The time of the standing (UTC).</param>
    public static BudgetResponse From(BudgetStanding standing, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(standing);
        var paused = standing.Pauses.Select(StopReason.Of);
        return From(standing.Position, now, standing.WasKilled ? paused.Append(StopReason.Of(SessionStatus.Killed)!) : paused);
    }

    /// <summary>Creates the response for a budget position.</summary>
    /// <param name="position">All budgets that apply.</param>
    /// <param name="now">The time of the position (UTC).</param>
    /// <param name="furtherStopReasons">Reasons to stop other than budgets.</param>
    public static BudgetResponse From(BudgetPosition position, DateTimeOffset now, params IEnumerable<string> furtherStopReasons)
    {
        ArgumentNullException.ThrowIfNull(position);
        BudgetStatus? teamDay = null;
        BudgetStatus? tightest = null;
        BudgetStatus? task = null;
        DateTimeOffset? waitUntil = null;
        var caps = new List<BudgetStatusResponse>(position.Budgets.Count);

        // One pass instead of queries, because each usage and each budget check gets this answer.
        foreach (var status in position.Budgets)
        {
            var window = status.Budget.Window;
            if (window.Scope == BudgetScope.Task)
            {
                task ??= status;
            }
            else if (window is { Scope: BudgetScope.Team or BudgetScope.Agent, Period: BudgetPeriod.Day })
            {
                teamDay ??= window.Scope == BudgetScope.Team ? status : null;
                tightest = status.Remaining is { } remaining && (tightest is null || remaining < tightest.Remaining) ? status : tightest;
            }

            if (status.IsSlowing && status.FitsAt(Money.Zero) is { } freeAt && (waitUntil is null || freeAt > waitUntil))
            {
                waitUntil = freeAt;
            }

            if (status.Budget.Limit is not null)
            {
                caps.Add(BudgetStatusResponse.From(status, position.CapReachedAt(status, now)));
            }
        }

        var daily = tightest ?? teamDay!;
        var refusing = position.Refusing;
        var reasons = ReasonsOf(refusing, furtherStopReasons);
        return new()
        {
            DailyLimitUsd = daily.Budget.Limit,
            DailySpentUsd = daily.Spending.Spent,
            DailyRemainingUsd = daily.Remaining,
            TaskLimitUsd = task?.Budget.Limit,
            TaskSpentUsd = task?.Spending.Spent,
            OverBudget = refusing.Count > 0,
            ReservedUsd = daily.Spending.Reserved,
            Stop = reasons.Count > 0,
            StopReasons = reasons,
            ResetsAt = daily.Budget.ResetsAt,
            CapReachedAt = position.CapReachedAt(daily, now),
            WaitUntil = waitUntil,
            Budgets = caps,
        };
    }

    private static IReadOnlyList<string> ReasonsOf(IReadOnlyList<BudgetStatus> refusing, IEnumerable<string> furtherStopReasons) =>
        refusing.Count == 0 && !furtherStopReasons.Any()
            ? []
            : [.. refusing.Select(budget => StopReason.Of(budget.Budget)).Concat(furtherStopReasons).Distinct(StringComparer.Ordinal)];
}

/// <summary>
/// A cap and its current figures, in dollars or in tokens. The figures in dollars of a cap in tokens are null. The other members that do not apply are left out,
/// so that the answers about plain caps stay small.
/// </summary>
/// <param name="Scope">The scope of the cap.</param>
/// <param name="ScopeId">The id of the agent, team or other scope; a model, or a label as <c>key=value</c>.</param>
/// <param name="Period">The period after which the cap resets. A minute is the last 60 seconds.</param>
/// <param name="Enforcement">Whether the cap refuses or only observes.</param>
/// <param name="LimitUsd">The cap (USD).</param>
/// <param name="SpentUsd">The recorded cost in the current window (USD).</param>
/// <param name="ReservedUsd">The amount of live reservations (USD).</param>
/// <param name="RemainingUsd">Limit − spent − reserved (USD).</param>
/// <param name="Over">Whether nothing remains.</param>
/// <param name="ResetsAt">When the window ends (UTC); null if it never does or slides.</param>
/// <param name="CapReachedAt">When nothing is left at today's rate of spending (UTC). Null if the window ends first, if nothing is left already, and
/// in a refusal.</param>
public sealed record BudgetStatusResponse(
    BudgetScope Scope,
    [property: JsonConverter(typeof(ScopeIdJsonConverter))] string ScopeId,
    BudgetPeriod Period,
    Enforcement Enforcement,
    Money? LimitUsd,
    MoneyTotal? SpentUsd,
    MoneyTotal? ReservedUsd,
    MoneyTotal? RemainingUsd,
    bool Over,
    DateTimeOffset? ResetsAt,
    DateTimeOffset? CapReachedAt)
{
    /// <summary>The id of the budget, if it is a resource of its own; null for a cap in the settings.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? BudgetId { get; init; }

    /// <summary>The name of the budget; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BudgetName { get; init; }

    /// <summary>The cap in tokens.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? LimitTokens { get; init; }

    /// <summary>The tokens used in the current window.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? SpentTokens { get; init; }

    /// <summary>The tokens of live reservations.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ReservedTokens { get; init; }

    /// <summary>Limit − spent − reserved tokens.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? RemainingTokens { get; init; }

    /// <summary>When a rate of which nothing remains has something left again (UTC), if nothing else is spent; null for other budgets.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ContinuesAt { get; init; }

    /// <summary>The unit of its figures.</summary>
    [JsonIgnore]
    public BudgetUnit Unit => LimitUsd is null ? BudgetUnit.Tokens : BudgetUnit.Usd;

    /// <summary>The cap, in its unit.</summary>
    [JsonIgnore]
    public Money Limit => LimitUsd ?? new Money(LimitTokens!.Value);

    /// <summary>The used amount, in its unit.</summary>
    [JsonIgnore]
    public MoneyTotal Spent => SpentUsd ?? new Money(SpentTokens!.Value);

    /// <summary>The reserved amount, in its unit.</summary>
    [JsonIgnore]
    public MoneyTotal Reserved => ReservedUsd ?? new Money(ReservedTokens!.Value);

    /// <summary>Creates the response for a budget with a limit.</summary>
    /// <param name="status">The budget.</param>
    /// <param name="capReachedAt">See <see cref="CapReachedAt"/>.</param>
    public static BudgetStatusResponse From(BudgetStatus status, DateTimeOffset? capReachedAt = null)
    {
        ArgumentNullException.ThrowIfNull(status);
        var (budget, spending, isUsd) = (status.Budget, status.Spending, status.Budget.Unit == BudgetUnit.Usd);
        return new(
            budget.Scope,
            budget.ScopeId,
            budget.Window.Period,
            budget.Enforcement,
            isUsd ? budget.Limit!.Value : null,
            isUsd ? spending.Spent : null,
            isUsd ? spending.Reserved : null,
            isUsd ? status.Remaining!.Value : null,
            status.Over,
            budget.ResetsAt,
            capReachedAt)
        {
            BudgetId = budget.Rule?.Id,
            BudgetName = budget.Rule?.Name,
            LimitTokens = isUsd ? null : budget.Limit!.Value.NanoUsd,
            SpentTokens = isUsd ? null : TokensOf(spending.Spent),
            ReservedTokens = isUsd ? null : TokensOf(spending.Reserved),
            RemainingTokens = isUsd ? null : TokensOf(status.Remaining!.Value),
            ContinuesAt = status.Over ? status.FitsAt(Money.Zero) : null,
        };
    }

    private static long TokensOf(MoneyTotal amount) => (long)Int128.Clamp(amount.NanoUsd, -TokenCounts.LargestTotal, TokenCounts.LargestTotal);
}

/// <summary>Writes the id of a scope as its own kind of JSON: a number for tasks and sessions, a string for the others.</summary>
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
