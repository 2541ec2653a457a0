using System.ComponentModel.DataAnnotations;
using Entourage.Domain;
using Entourage.Domain.Alerts;

namespace Entourage.Infrastructure;

/// <summary>Limits on the cost of usage. The configuration section is <c>Usage</c>. All amounts are in USD.</summary>
internal sealed class UsageOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Usage";

    /// <summary>The largest cost that a usage may report and the largest estimate of a reservation. Larger values are refused (422).</summary>
    [Range(typeof(decimal), "0.01", "1000000", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public decimal GreatestCostUsd { get; set; } = 1_000_000;

    /// <summary>A usage that costs more raises an alert; 0 disables the alert.</summary>
    [Range(typeof(decimal), "0", "1000000000", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public decimal ImplausibleCostUsd { get; set; } = 1_000;

    /// <summary>An agent that spends more in one local hour raises an alert; 0 disables the alert.</summary>
    [Range(typeof(decimal), "0", "1000000000", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public decimal ImplausibleHourlyCostUsd { get; set; } = 10_000;

    /// <summary>Converts the settings to the bounds that the ledger applies.</summary>
    internal UsageBounds ToBounds() => new()
    {
        MaxCost = AmountOf(GreatestCostUsd),
        ImplausibleCost = ImplausibleCostUsd > 0 ? AmountOf(ImplausibleCostUsd) : null,
        ImplausibleHourlyCost = ImplausibleHourlyCostUsd > 0 ? AmountOf(ImplausibleHourlyCostUsd) : null,
    };

    private static Money AmountOf(decimal usd) => (Money)MoneyTotal.FromUsd(usd);
}
