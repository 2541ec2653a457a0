using Entourage.Domain;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Ledger;

/// <summary>A usage that was recorded earlier, with the sums of its record and corrections.</summary>
/// <param name="Sequence">The sequence of its last record, which the next correction corrects.</param>
/// <param name="RecordId">The id of its first record.</param>
/// <param name="SessionId">The session that used it.</param>
/// <param name="OccurredAt">When the usage occurred (UTC).</param>
/// <param name="Model">The model; empty if none was reported.</param>
/// <param name="Labels">Its own labels.</param>
/// <param name="Tokens">The tokens.</param>
/// <param name="Billing">Whether it is billed by the token or covered by a subscription.</param>
/// <param name="UnpricedTokens">The tokens that wait for a price.</param>
/// <param name="Cost">The cost (USD).</param>
/// <param name="AssumedCost">The assumed part of the cost (USD).</param>
/// <param name="CostSource">The source of the cost of the last record.</param>
internal sealed record RecordedUsage(
    long Sequence,
    Guid RecordId,
    long SessionId,
    DateTimeOffset OccurredAt,
    string Model,
    LabelSet Labels,
    BilledTokens Tokens,
    Billing Billing,
    long UnpricedTokens,
    Money Cost,
    Money AssumedCost,
    CostSource CostSource)
{
    /// <summary>Returns the usage with a correction added.</summary>
    public RecordedUsage With(RecordedUsage correction) => this with
    {
        Sequence = correction.Sequence,
        UnpricedTokens = UnpricedTokens + correction.UnpricedTokens,
        Cost = Cost + correction.Cost,
        AssumedCost = AssumedCost + correction.AssumedCost,
        CostSource = correction.CostSource,
    };
}
