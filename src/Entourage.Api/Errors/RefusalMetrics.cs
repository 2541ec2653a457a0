using System.Diagnostics.Metrics;
using Entourage.Application.Errors;
using Entourage.Application.Json;

namespace Entourage.Api.Errors;

/// <summary>Counts what budgets refuse: starts of sessions and reservations.</summary>
internal sealed class RefusalMetrics(IMeterFactory meters)
{
    private readonly Counter<long> refusals = meters.Create("Entourage.Api").CreateCounter<long>(
        "entourage.refusals", "{refusal}", "Starts and reservations that a budget refused, by the tightest one.");

    /// <summary>A budget refused.</summary>
    public void Add(BudgetExceededException refusal)
    {
        var window = refusal.Tightest.Budget.Window;
        refusals.Add(1, KeyValuePair.Create("scope", (object?)EnumNames.Of(window.Scope)), KeyValuePair.Create("period", (object?)EnumNames.Of(window.Period)));
    }
}
