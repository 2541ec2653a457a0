namespace Entourage.Domain.Budgets;

/// <summary>
/// The spent and reserved amounts of one window. It is written only in the transaction of the entry that it counts, so it always equals the
/// sums of the usage records and of the reservations that have not ended (rule 5).
/// </summary>
public sealed class BudgetCounter
{
    private BudgetCounter()
    {
    }

    /// <summary>The kind of scope.</summary>
    public BudgetScope Scope { get; private init; }

    /// <summary>The id of the scope, as text.</summary>
    public string ScopeId { get; private init; } = "";

    /// <summary>The period.</summary>
    public BudgetPeriod Period { get; private init; }

    /// <summary>The first local day of the window.</summary>
    public DateOnly Start { get; private init; }

    /// <summary>The whole billions (10⁹) of dollars of <see cref="Spent"/>; nearly always 0.</summary>
    public long SpentBillionUsd { get; private init; }

    /// <summary>The rest of <see cref="Spent"/>, in nano-dollars.</summary>
    public long SpentNanoUsd { get; private init; }

    /// <summary>The whole billions (10⁹) of dollars of <see cref="Reserved"/>; nearly always 0.</summary>
    public long ReservedBillionUsd { get; private init; }

    /// <summary>The rest of <see cref="Reserved"/>, in nano-dollars.</summary>
    public long ReservedNanoUsd { get; private init; }

    /// <summary>The sum of the recorded usage costs (USD).</summary>
    public MoneyTotal Spent => MoneyTotal.Of(SpentBillionUsd, SpentNanoUsd);

    /// <summary>The sum of the reservations that have not ended (USD), including expired ones that are not released yet.</summary>
    public MoneyTotal Reserved => MoneyTotal.Of(ReservedBillionUsd, ReservedNanoUsd);

    /// <summary>Both amounts.</summary>
    public Spending Spending => new(Spent, Reserved);

    /// <summary>The window.</summary>
    public BudgetWindow Window => new(Scope, ScopeId, Period, Start);

    /// <summary>Creates the counter of a window.</summary>
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
