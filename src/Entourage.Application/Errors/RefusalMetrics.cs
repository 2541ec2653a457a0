using System.Diagnostics.Metrics;
using Entourage.Application.Json;

namespace Entourage.Application.Errors;

/// <summary>Counts refusals: by a budget, and of calls through the gateway for any reason.</summary>
public sealed class RefusalMetrics
{
    private readonly Counter<long> budgetRefusals;
    private readonly Counter<long> callRefusals;

    /// <summary>Creates the instruments.</summary>
    public RefusalMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create("Entourage.Api");
        budgetRefusals = meter.CreateCounter<long>(
            "entourage.refusals", "{refusal}", "Session starts, reservations and calls through the gateway that a budget refused, by the tightest budget.");
        callRefusals = meter.CreateCounter<long>("entourage.gateway.refusals", "{call}", "Calls that the gateway answered itself with an error, by the reason.");
    }

    /// <summary>Counts a refusal by a budget.</summary>
    public void Add(BudgetExceededException refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        var budget = refusal.Tightest.Budget;
        budgetRefusals.Add(1, KeyValuePair.Create("scope", (object?)EnumNames.Of(budget.Scope)), KeyValuePair.Create("period", (object?)EnumNames.Of(budget.Window.Period)));
    }

    /// <summary>Counts a call that the gateway answered with an error.</summary>
    /// <param name="reason">A value of an enum of few reasons.</param>
    public void AddCall<T>(T reason)
        where T : struct, Enum => callRefusals.Add(1, KeyValuePair.Create("reason", (object?)EnumNames.Of(reason)));
}
