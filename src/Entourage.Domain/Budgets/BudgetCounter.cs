namespace Entourage.Domain.Budgets;

/// <summary>
/// What has been spent and reserved in one window. Written only in the transaction of what it counts, so that it always
/// equals the sums of the usage records and of the live reservations (rule 5).
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

    /// <summary>The sum of the reservations that have not ended (USD), those that have run out and wait to be given back included.</summary>
    public Money Reserved { get; private init; }

    /// <summary>Makes the counter of a window.</summary>
    public static BudgetCounter Create(BudgetWindow window, Spending spending) => new()
    {
        Scope = window.Scope,
        ScopeId = window.ScopeId,
        Period = window.Period,
        Start = window.Start,
        Spent = spending.Spent,
        Reserved = spending.Reserved,
    };
}
