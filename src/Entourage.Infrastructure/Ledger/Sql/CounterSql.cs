using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The counters of budgets.</summary>
internal static class CounterSql
{
    private static readonly Column<byte> Scope = Column.Byte("Scope");
    private static readonly Column<string> ScopeId = Column.AsciiText("ScopeId", BudgetWindow.ScopeIdLength);
    private static readonly Column<byte> Period = Column.Byte("Period");
    private static readonly Column<DateOnly> Start = Column.Day("Start");
    private static readonly Column<long> SpentBillionUsd = Column.Int64("SpentBillionUsd");
    private static readonly Column<long> Spent = Column.Int64("Spent");
    private static readonly Column<long> ReservedBillionUsd = Column.Int64("ReservedBillionUsd");
    private static readonly Column<long> Reserved = Column.Int64("Reserved");

    private static readonly string IsKey = $"{Scope.Equality} AND {ScopeId.Equality} AND {Period.Equality} AND {Start.Equality}";

    private static readonly SelectList List = new();
    private static readonly Field<byte> ScopeField = List.Add(Scope);
    private static readonly Field<string> ScopeIdField = List.Add(ScopeId);
    private static readonly Field<byte> PeriodField = List.Add(Period);
    private static readonly Field<DateOnly> StartField = List.Add(Start);
    private static readonly Field<long> SpentBillionUsdField = List.Add(SpentBillionUsd);
    private static readonly Field<long> SpentField = List.Add(Spent);
    private static readonly Field<long> ReservedBillionUsdField = List.Add(ReservedBillionUsd);
    private static readonly Field<long> ReservedField = List.Add(Reserved);

    /// <summary>The key of a counter.</summary>
    public static readonly RowBinding<BudgetWindow> Window = new()
    {
        { Scope, window => (byte)window.Scope },
        { ScopeId, window => window.ScopeId },
        { Period, window => (byte)window.Period },
        { Start, window => window.Start },
    };

    private static readonly RowBinding<CounterChange> New = new()
    {
        { Window, change => change.Window },
        { SpentBillionUsd, change => change.After.Spent.BillionUsd },
        { Spent, change => change.After.Spent.RestNanoUsd },
        { ReservedBillionUsd, change => change.After.Reserved.BillionUsd },
        { Reserved, change => change.After.Reserved.RestNanoUsd },
    };

    public static readonly string Columns = List.ToString();

    public static readonly string IsWindow = IsKey;

    public static readonly RowStatement<CounterChange> Insert = RowStatement<CounterChange>.Insert("BudgetCounters", New);

    /// <summary>Changes a counter, unless it has changed since it was read.</summary>
    public static readonly RowStatement<CounterChange> Update = RowStatement<CounterChange>.Update(
        "BudgetCounters",
        $"{SpentBillionUsd.Equality}, {Spent.Equality}, {ReservedBillionUsd.Equality}, {Reserved.Equality}",
        $"{IsKey} AND {SpentBillionUsd.Before.Equality} AND {Spent.Before.Equality} "
            + $"AND {ReservedBillionUsd.Before.Equality} AND {Reserved.Before.Equality}",
        new()
        {
            { New, change => change },
            { SpentBillionUsd.Before, change => change.Before!.Value.Spent.BillionUsd },
            { Spent.Before, change => change.Before!.Value.Spent.RestNanoUsd },
            { ReservedBillionUsd.Before, change => change.Before!.Value.Reserved.BillionUsd },
            { Reserved.Before, change => change.Before!.Value.Reserved.RestNanoUsd },
        });

    public static (BudgetWindow Window, Spending Spending) Read(SqlRow row) => (
        new((BudgetScope)ScopeField.Of(row), ScopeIdField.Of(row), (BudgetPeriod)PeriodField.Of(row), StartField.Of(row)),
        new(
            MoneyTotal.Of(SpentBillionUsdField.Of(row), SpentField.Of(row)),
            MoneyTotal.Of(ReservedBillionUsdField.Of(row), ReservedField.Of(row))));
}
