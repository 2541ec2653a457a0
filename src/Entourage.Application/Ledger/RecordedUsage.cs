using Entourage.Domain;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Ledger;

/// <summary>A recorded usage together with its corrections.</summary>
/// <param name="Sequence">The last record of it, which the next correction corrects.</param>
/// <param name="RecordId">The id of the first.</param>
/// <param name="SessionId">The session that used it.</param>
/// <param name="OccurredAt">When (UTC).</param>
/// <param name="Model">The model; empty where none was reported.</param>
/// <param name="Tokens">The tokens.</param>
/// <param name="Billing">How it is paid for.</param>
/// <param name="UnpricedTokens">The tokens that wait for a price.</param>
/// <param name="Cost">The cost (USD).</param>
/// <param name="AssumedCost">The part of it that is assumed (USD).</param>
/// <param name="CostSource">The source of the cost of the last record.</param>
internal sealed record RecordedUsage(
    long Sequence,
    Guid RecordId,
    long SessionId,
    DateTimeOffset OccurredAt,
    string Model,
    BilledTokens Tokens,
    Billing Billing,
    long UnpricedTokens,
    Money Cost,
    Money AssumedCost,
    CostSource CostSource)
{
    /// <summary>The same usage after a correction of it.</summary>
    public RecordedUsage With(RecordedUsage correction) => this with
    {
        Sequence = correction.Sequence,
        UnpricedTokens = UnpricedTokens + correction.UnpricedTokens,
        Cost = Cost + correction.Cost,
        AssumedCost = AssumedCost + correction.AssumedCost,
        CostSource = correction.CostSource,
    };
}
