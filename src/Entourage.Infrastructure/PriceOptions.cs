using System.ComponentModel.DataAnnotations;
using Entourage.Domain;
using Entourage.Domain.Prices;

namespace Entourage.Infrastructure;

/// <summary>What usage counts at whose model has no price: the configuration section <c>Prices</c>.</summary>
public sealed class PriceOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Prices";

    // An amount is a whole number of nano-dollars, and a rate of nothing would open the caps again.
    private const string Least = "0.000000001";
    private const string Greatest = "1000000";

    /// <summary>What a million prompt tokens count at (USD), whether they are cached or not.</summary>
    [Range(typeof(decimal), Least, Greatest, ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public decimal AssumedInputUsdPerMtok { get; set; } = 5;

    /// <summary>What a million output tokens count at (USD).</summary>
    [Range(typeof(decimal), Least, Greatest, ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public decimal AssumedOutputUsdPerMtok { get; set; } = 25;

    /// <summary>The rates as the ledger applies them.</summary>
    internal TokenRates ToRates()
    {
        var input = AmountOf(AssumedInputUsdPerMtok);
        return new(input, AmountOf(AssumedOutputUsdPerMtok), input, input, input);
    }

    // Rounded up: nothing is assumed to cost less than was said.
    private static Money AmountOf(decimal usd) => Money.FromUsd(decimal.Ceiling(usd * Money.NanosPerUsd) / Money.NanosPerUsd);
}
