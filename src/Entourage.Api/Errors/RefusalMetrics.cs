using System.Diagnostics.Metrics;
using Entourage.Application.Errors;
using Entourage.Application.Json;

namespace Entourage.Api.Errors;

/// <summary>Counts the session starts and reservations that a budget refused.</summary>
internal sealed class RefusalMetrics(IMeterFactory meters)
{
    private readonly Counter<long> refusals = meters.Create("Entourage.Api").CreateCounter<long>(
        "entourage.refusals", "{refusal}", "Session starts and reservations that a budget refused, by the tightest budget.");

    public void Add(BudgetExceededException refusal)
    {
        var window = refusal.Tightest.Budget.Window;
        refusals.Add(1, KeyValuePair.Create("scope", (object?)EnumNames.Of(window.Scope)), KeyValuePair.Create("period", (object?)EnumNames.Of(window.Period)));
    }
}
