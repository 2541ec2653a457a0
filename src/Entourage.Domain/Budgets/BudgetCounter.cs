namespace Entourage.Domain.Budgets;

/// <summary>
/// What has been spent in one window. Written only in the transaction of the usage that it counts, so that it always equals
/// the sum of the usage records (rule 5).
/// </summary>
public sealed class BudgetCounter
{
    private BudgetCounter()
    {
    }

    /// <summary>Whose spending.</summary>
    public BudgetScope Scope { get; private init; }

    /// <summary>The id of the scope, as text.</summary>
    public string ScopeId { get; private init; } = "";

    /// <summary>How long the window lasts.</summary>
    public BudgetPeriod Period { get; private init; }

    /// <summary>Its first local day.</summary>
    public DateOnly Start { get; private init; }

    /// <summary>The sum of the recorded usage cost (USD).</summary>
    public Money Spent { get; private init; }

    /// <summary>Makes the counter of a window.</summary>
    public static BudgetCounter Create(BudgetWindow window, Money spent) =>
        new() { Scope = window.Scope, ScopeId = window.ScopeId, Period = window.Period, Start = window.Start, Spent = spent };
}
