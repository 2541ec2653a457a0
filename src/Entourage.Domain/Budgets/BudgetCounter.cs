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

    /// <summary>The whole billions (10⁹) of dollars of <see cref="Spent"/>; nearly always none.</summary>
    public long SpentBillionUsd { get; private init; }

    /// <summary>The nano-dollars of <see cref="Spent"/> beyond these.</summary>
    public long SpentNanoUsd { get; private init; }

    /// <summary>The whole billions (10⁹) of dollars of <see cref="Reserved"/>; nearly always none.</summary>
    public long ReservedBillionUsd { get; private init; }

    /// <summary>The nano-dollars of <see cref="Reserved"/> beyond these.</summary>
    public long ReservedNanoUsd { get; private init; }

    /// <summary>The sum of the recorded usage cost (USD).</summary>
    public MoneyTotal Spent => MoneyTotal.Of(SpentBillionUsd, SpentNanoUsd);

    /// <summary>The sum of the reservations that have not ended (USD), those that have run out and wait to be given back included.</summary>
    public MoneyTotal Reserved => MoneyTotal.Of(ReservedBillionUsd, ReservedNanoUsd);

    /// <summary>Both sums.</summary>
    public Spending Spending => new(Spent, Reserved);

    /// <summary>The window.</summary>
    public BudgetWindow Window => new(Scope, ScopeId, Period, Start);

    /// <summary>Makes the counter of a window.</summary>
    public static BudgetCounter Create(BudgetWindow window, Spending spending) => new()
    {
        Scope = window.Scope,
        ScopeId = window.ScopeId,
        Period = window.Period,
        Start = window.Start,
        SpentBillionUsd = spending.Spent.BillionUsd,
        SpentNanoUsd = spending.Spent.RestNanoUsd,
        ReservedBillionUsd = spending.Reserved.BillionUsd,
        ReservedNanoUsd = spending.Reserved.RestNanoUsd,
    };
}
