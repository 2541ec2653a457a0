namespace Entourage.Domain.Prices;

/// <summary>What a model costs from an instant on. Never changed: another price is another row, so that what was priced stays explained.</summary>
public sealed class ModelPrice
{
    /// <summary>The longest name of a source.</summary>
    public const int SourceLength = 500;

    /// <summary>How much a reported cost may differ from what the price comes to before it is marked (percent).</summary>
    public const int TolerancePercent = 20;

    /// <summary>How much more a regional endpoint of Amazon Bedrock costs than the listed rates (percent).</summary>
    public const int BedrockRegionSurchargePercent = 10;

    /// <summary>Where prices begin that nobody knows an earlier one of (UTC).</summary>
    public static readonly DateTimeOffset Ever = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The price's number; a higher one was recorded later.</summary>
    public long Id { get; init; }

    /// <summary>The organisation that has a price of its own; null is everybody's.</summary>
    public Guid? OrganisationId { get; init; }

    /// <summary>Whether it came with the program: whatever was set here goes before it.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>How many built-in prices of the model from the same instant on there were before, which this one puts right.</summary>
    public int Edition { get; init; }

    /// <summary>The model, as <see cref="ModelName.Normalise"/> has it.</summary>
    public required string Model { get; init; }

    /// <summary>From when on (UTC).</summary>
    public required DateTimeOffset EffectiveFrom { get; init; }

    /// <summary>The rates.</summary>
    public required TokenRates Rates { get; init; }

    /// <summary>The prompt (all input tokens, cached ones included) above which the rates for long ones hold, for the whole request; null for no such rates.</summary>
    public long? LongContextAbove { get; init; }

    /// <summary>The rates for long prompts; null for none.</summary>
    public TokenRates? LongContextRates { get; init; }

    /// <summary>What the provider's batch API takes off (percent); null when it is not listed.</summary>
    public int? BatchDiscountPercent { get; init; }

    /// <summary>Where it is known from.</summary>
    public string? Source { get; init; }

    /// <summary>When it was recorded here (UTC).</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Whether usage that waited for a price has been looked through since.</summary>
    public bool IsApplied { get; init; }

    /// <summary>What tokens cost.</summary>
    /// <returns>
    /// The cost by class. It is an estimate where a rate is not listed, which is then the input rate, or where a batch discount is not, which is
    /// then none: an incomplete price makes a call dearer rather than free.
    /// </returns>
    public CostParts CostOf(BilledTokens tokens)
    {
        var prompt = tokens.Counts.Input + tokens.Counts.CacheRead + tokens.Counts.CacheWrite;
        var rates = LongContextRates is { } ofLong && prompt > LongContextAbove && !tokens.IsSum ? ofLong : Rates;
        var parts = rates.CostOf(tokens, tokens.IsBatch ? BatchDiscountPercent ?? 0 : 0);
        return tokens.IsBatch && BatchDiscountPercent is null ? parts with { IsEstimated = true } : parts;
    }

    /// <summary>The most that tokens can cost (USD): at the highest rates that can apply to them, without a discount.</summary>
    /// <param name="tokens">The most tokens that a call uses; it may use fewer.</param>
    public Money BoundOf(TokenBound tokens)
    {
        var bound = Rates.BoundOf(tokens);
        return LongContextRates is { } ofLong && tokens.Prompt > LongContextAbove ? Money.Max(bound, ofLong.BoundOf(tokens)) : bound;
    }

    /// <summary>
    /// This price at a regional endpoint of Amazon Bedrock, which adds 10 % to the listed rates. Source: Anthropic's pricing page, "Third-party
    /// platform pricing": regional endpoints cost 10 % more than global ones for Claude 4.5 and later models.
    /// </summary>
    /// <returns>The price with the same <see cref="Id"/> and higher rates.</returns>
    public ModelPrice WithBedrockRegionSurcharge() => new()
    {
        Id = Id,
        OrganisationId = OrganisationId,
        IsBuiltIn = IsBuiltIn,
        Edition = Edition,
        Model = Model,
        EffectiveFrom = EffectiveFrom,
        Rates = Rates.Raise(BedrockRegionSurchargePercent),
        LongContextAbove = LongContextAbove,
        LongContextRates = LongContextRates?.Raise(BedrockRegionSurchargePercent),
        BatchDiscountPercent = BatchDiscountPercent,
        Source = $"{Source}; {BedrockRegionSurchargePercent} % more at a regional Bedrock endpoint",
        RecordedAt = RecordedAt,
        IsApplied = IsApplied,
    };

    /// <summary>Whether another price comes to the same for any tokens.</summary>
    public bool HasSameContentAs(ModelPrice other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Rates, LongContextAbove, LongContextRates, BatchDiscountPercent)
            == (other.Rates, other.LongContextAbove, other.LongContextRates, other.BatchDiscountPercent);
    }

    /// <summary>Whether a reported cost is so far from what a price comes to that somebody should look.</summary>
    public static bool Differs(Money reported, Money expected) =>
        (Int128)Math.Abs(reported.NanoUsd - expected.NanoUsd) * 100 > (Int128)expected.NanoUsd * TolerancePercent;
}
