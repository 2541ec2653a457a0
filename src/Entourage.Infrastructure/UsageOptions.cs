using System.ComponentModel.DataAnnotations;
using Entourage.Domain;
using Entourage.Domain.Alerts;

namespace Entourage.Infrastructure;

/// <summary>How much usage may cost: the configuration section <c>Usage</c>. All amounts are in USD.</summary>
public sealed class UsageOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Usage";

    /// <summary>The largest cost that one usage may state, and the largest estimate that one reservation may; more is refused (422).</summary>
    [Range(typeof(decimal), "0.01", "1000000", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public decimal GreatestCostUsd { get; set; } = 1_000_000;

    /// <summary>The cost of one usage above which an alert is raised; 0 for none.</summary>
    [Range(typeof(decimal), "0", "1000000000", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public decimal ImplausibleCostUsd { get; set; } = 1_000;

    /// <summary>What an agent spends in one local hour above which an alert is raised; 0 for none.</summary>
    [Range(typeof(decimal), "0", "1000000000", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public decimal ImplausibleHourlyCostUsd { get; set; } = 10_000;

    /// <summary>The bounds as the ledger applies them.</summary>
    internal UsageBounds ToBounds() => new()
    {
        MaxCost = AmountOf(GreatestCostUsd),
        ImplausibleCost = ImplausibleCostUsd > 0 ? AmountOf(ImplausibleCostUsd) : null,
        ImplausibleHourlyCost = ImplausibleHourlyCostUsd > 0 ? AmountOf(ImplausibleHourlyCostUsd) : null,
    };

    private static Money AmountOf(decimal usd) => (Money)MoneyTotal.FromUsd(usd);
}
