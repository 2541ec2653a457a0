using System.Text.Json;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Prices;

namespace Entourage.Application.Ledger;

/// <summary>The operator's settings that the ledger's decisions depend on.</summary>
/// <param name="Bounds">The largest cost that a usage may state, and the largest plausible costs.</param>
/// <param name="AssumedRates">The rates for models without a price.</param>
internal sealed record LedgerRules(UsageBounds Bounds, TokenRates AssumedRates)
{
    /// <summary>
    /// Refuses a stated amount above the operator's limit. The ledger checks this instead of the validator, so that a retry with a key still gets its first
    /// response after the limit was lowered.
    /// </summary>
    /// <param name="stated">The amount (USD); null for none.</param>
    /// <param name="member">The property that states it.</param>
    /// <exception cref="RuleViolationException">The amount is above <c>Usage:GreatestCostUsd</c>.</exception>
    public void EnsureAllowed(Money? stated, string member)
    {
        if (stated > Bounds.MaxCost)
        {
            throw new RuleViolationException(
                "validation",
                $"'{JsonNamingPolicy.SnakeCaseLower.ConvertName(member)}' is {stated}. The server allows at most {Bounds.MaxCost} USD (setting Usage:GreatestCostUsd).",
                member);
        }
    }
}
