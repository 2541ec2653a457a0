using System.ComponentModel.DataAnnotations;
using Entourage.Domain;
using Entourage.Domain.Prices;

namespace Entourage.Infrastructure;

/// <summary>The assumed price of models without a price. The configuration section is <c>Prices</c>.</summary>
internal sealed class PriceOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Prices";

    // One nano-dollar, the smallest amount. A rate of zero would let usage bypass the caps.
    private const string Least = "0.000000001";
    private const string Greatest = "1000000";

    /// <summary>The rate for a million prompt tokens (USD), cached or not.</summary>
    [Range(typeof(decimal), Least, Greatest, ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public decimal AssumedInputUsdPerMtok { get; set; } = 5;

    /// <summary>The rate for a million output tokens (USD).</summary>
    [Range(typeof(decimal), Least, Greatest, ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public decimal AssumedOutputUsdPerMtok { get; set; } = 25;

    /// <summary>Converts the settings to the rates that the ledger applies.</summary>
    internal TokenRates ToRates()
    {
        var input = AmountOf(AssumedInputUsdPerMtok);
        return new(input, AmountOf(AssumedOutputUsdPerMtok), input, input, input);
    }

    // Rounded up, so that no usage counts at less than the configured rate.
    private static Money AmountOf(decimal usd) => Money.FromUsd(decimal.Ceiling(usd * Money.NanosPerUsd) / Money.NanosPerUsd);
}
