using Entourage.Domain.Budgets;

namespace Entourage.Domain.Alerts;

/// <summary>The figures of an alert, for programs; its message says the same to people. What its kind does not have is null.</summary>
public sealed record AlertDetails
{
    /// <summary>Whose budget it is.</summary>
    public BudgetScope? Scope { get; init; }

    /// <summary>The id of that, as text.</summary>
    public string? ScopeId { get; init; }

    /// <summary>How long the budget lasts.</summary>
    public BudgetPeriod? Period { get; init; }

    /// <summary>The share of the budget that was reached: 0.8 is four fifths.</summary>
    public decimal? Threshold { get; init; }

    /// <summary>The limit, or the red flag (USD).</summary>
    public Money? Limit { get; init; }

    /// <summary>What has been spent (USD).</summary>
    public MoneyTotal? Spent { get; init; }

    /// <summary>What the call cost, or the later calls at their median (USD).</summary>
    public Money? Cost { get; init; }

    /// <summary>What it would have been expected to cost (USD).</summary>
    public Money? ExpectedCost { get; init; }

    /// <summary>The tokens that were used.</summary>
    public long? Tokens { get; init; }

    /// <summary>The most that may be used.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>Within how many minutes.</summary>
    public int? WindowMinutes { get; init; }

    /// <summary>The output tokens of the session.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>Its input tokens of all classes.</summary>
    public long? InputTokens { get; init; }

    /// <summary>The error text, as it last was.</summary>
    public string? Error { get; init; }

    /// <summary>How often in a row, or how many at once.</summary>
    public int? Count { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The other agent at work on the task.</summary>
    public Guid? OtherAgentId { get; init; }

    /// <summary>The other agent's session.</summary>
    public long? OtherSessionId { get; init; }

    /// <summary>The request to a person.</summary>
    public Guid? HumanRequestId { get; init; }

    /// <summary>How much more money it asks for (USD).</summary>
    public Money? Requested { get; init; }

    /// <summary>What was done about it.</summary>
    public RunawayAction? Action { get; init; }
}
