namespace Entourage.Domain.Prices;

/// <summary>The price of a model from an instant on. It is never changed: a new price is a new row, so that earlier costs stay explained.</summary>
public sealed class ModelPrice
{
    /// <summary>The longest source, in UTF-16 code units.</summary>
    public const int SourceLength = 500;

    /// <summary>How much a reported cost may differ from the cost by the price before it is marked (percent).</summary>
    public const int TolerancePercent = 20;

    /// <summary>The surcharge of a regional endpoint of Amazon Bedrock on the listed rates (percent).</summary>
    public const int BedrockRegionSurchargePercent = 10;

    /// <summary>The effective date of a model's first known price (UTC).</summary>
    public static readonly DateTimeOffset Ever = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The number of the price. A higher number was recorded later.</summary>
    public long Id { get; init; }

    /// <summary>The organisation that the price is for; null for all.</summary>
    public Guid? OrganisationId { get; init; }

    /// <summary>Whether the price is built in. Prices that were set here take precedence.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>The number of earlier built-in prices of the model with the same effective date, which this one corrects.</summary>
    public int Edition { get; init; }

    /// <summary>The model name, normalised by <see cref="ModelName.Normalise"/>.</summary>
    public required string Model { get; init; }

    /// <summary>When the price takes effect (UTC).</summary>
    public required DateTimeOffset EffectiveFrom { get; init; }

    /// <summary>The rates.</summary>
    public required TokenRates Rates { get; init; }

    /// <summary>
    /// The prompt length (all input tokens, including cached ones) above which <see cref="LongContextRates"/> apply to the whole request;
    /// null for none.
    /// </summary>
    public long? LongContextAbove { get; init; }

    /// <summary>The rates for long prompts; null for none.</summary>
    public TokenRates? LongContextRates { get; init; }

    /// <summary>The discount of the provider's batch API (percent); null if not listed.</summary>
    public int? BatchDiscountPercent { get; init; }

    /// <summary>The source of the price.</summary>
    public string? Source { get; init; }

    /// <summary>When the price was recorded (UTC).</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Whether usage that waited for a price has been repriced since.</summary>
    public bool IsApplied { get; init; }

    /// <summary>Computes the cost of tokens.</summary>
    /// <returns>
    /// The cost by class. It is an estimate if a needed rate is not listed, which then is the input rate, or if a needed batch discount is
    /// not listed, which then is 0 %. An incomplete price makes a call more expensive rather than free.
    /// </returns>
    public CostParts CostOf(BilledTokens tokens)
    {
        var prompt = tokens.Counts.Input + tokens.Counts.CacheRead + tokens.Counts.CacheWrite;
        var rates = LongContextRates is { } ofLong && prompt > LongContextAbove && !tokens.IsSum ? ofLong : Rates;
        var parts = rates.CostOf(tokens, tokens.IsBatch ? BatchDiscountPercent ?? 0 : 0);
        return tokens.IsBatch && BatchDiscountPercent is null ? parts with { IsEstimated = true } : parts;
    }

    /// <summary>Computes the most that tokens can cost (USD), at the highest rates that can apply and without a discount.</summary>
    /// <param name="tokens">The most tokens that a call can use.</param>
    public Money BoundOf(TokenBound tokens)
    {
        var bound = Rates.BoundOf(tokens);
        return LongContextRates is { } ofLong && tokens.Prompt > LongContextAbove ? Money.Max(bound, ofLong.BoundOf(tokens)) : bound;
    }

    /// <summary>
    /// Returns the price at a regional endpoint of Amazon Bedrock, which adds 10 % to the listed rates. Source: Anthropic's pricing page,
    /// "Third-party platform pricing", for Claude 4.5 and later models.
    /// </summary>
    /// <returns>The price with the same <see cref="Id"/> and higher rates.</returns>
    internal ModelPrice WithBedrockRegionSurcharge() => new()
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

    /// <summary>Whether another price gives the same costs.</summary>
    internal bool HasSameContentAs(ModelPrice other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (Rates, LongContextAbove, LongContextRates, BatchDiscountPercent)
            == (other.Rates, other.LongContextAbove, other.LongContextRates, other.BatchDiscountPercent);
    }

    /// <summary>Whether a reported cost differs from the expected cost by more than <see cref="TolerancePercent"/>.</summary>
    public static bool Differs(Money reported, Money expected) =>
        (Int128)Math.Abs(reported.NanoUsd - expected.NanoUsd) * 100 > (Int128)expected.NanoUsd * TolerancePercent;
}
