using Entourage.Application.Costs;

namespace Entourage.Api.Contracts;

/// <summary>A provider's invoice, to compare with the recorded costs.</summary>
/// <param name="Invoice">Required. The invoiced costs by model, up to 1,000 lines.</param>
/// <param name="From">The start: a local date (2026-11-23) or an instant (2026-11-23T10:15:00Z), widened to a full quarter of an hour.</param>
/// <param name="To">The end: a local date (inclusive) or an instant.</param>
/// <param name="Period">Instead of from and to: today, 7d, 30d, month or all (the default).</param>
public sealed record ReconcileRequest(IReadOnlyList<InvoiceLine>? Invoice, string? From = null, string? To = null, CostPeriod? Period = null)
{
    internal CostFilter Filter => new(From, To, Period, AgentId: null, TaskId: null, Model: null);
}
