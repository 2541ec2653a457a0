using Entourage.Domain.Budgets;

namespace Entourage.Domain.Alerts;

/// <summary>The figures of an alert, for programs. Figures that do not apply to its kind are null.</summary>
public sealed record AlertDetails
{
    /// <summary>The budget, if it is a resource of its own and not a cap in the settings.</summary>
    public long? BudgetId { get; init; }

    /// <summary>The scope of the budget.</summary>
    public BudgetScope? Scope { get; init; }

    /// <summary>The scope's id, as text.</summary>
    public string? ScopeId { get; init; }

    /// <summary>The period of the budget.</summary>
    public BudgetPeriod? Period { get; init; }

    /// <summary>The share of the budget that was reached: 0.8 is 80 %.</summary>
    public decimal? Threshold { get; init; }

    /// <summary>The limit or the red flag (USD).</summary>
    public Money? Limit { get; init; }

    /// <summary>The amount spent (USD).</summary>
    public MoneyTotal? Spent { get; init; }

    /// <summary>The cost of the call, or the median cost of the latest calls (USD).</summary>
    public Money? Cost { get; init; }

    /// <summary>The expected cost (USD).</summary>
    public Money? ExpectedCost { get; init; }

    /// <summary>The tokens used.</summary>
    public long? Tokens { get; init; }

    /// <summary>The limit in tokens.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>The length of the window, in minutes.</summary>
    public int? WindowMinutes { get; init; }

    /// <summary>The output tokens of the session.</summary>
    public long? OutputTokens { get; init; }

    /// <summary>The input tokens of the session, of all classes.</summary>
    public long? InputTokens { get; init; }

    /// <summary>The latest error text, possibly shortened.</summary>
    public string? Error { get; init; }

    /// <summary>The number of errors in a row, or of sub-agents at the same time.</summary>
    public int? Count { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The other agent that works on the task.</summary>
    public Guid? OtherAgentId { get; init; }

    /// <summary>The other agent's session.</summary>
    public long? OtherSessionId { get; init; }

    /// <summary>The human request.</summary>
    public Guid? HumanRequestId { get; init; }

    /// <summary>The amount that the human request asks for (USD).</summary>
    public Money? Requested { get; init; }

    /// <summary>The action taken.</summary>
    public RunawayAction? Action { get; init; }
}
