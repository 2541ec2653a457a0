using System.Text.Json.Serialization;
using Entourage.Domain;
using Entourage.Domain.Prices;

namespace Entourage.Application.Prices;

/// <summary>What a model costs from an instant on.</summary>
public sealed record PriceResponse
{
    /// <summary>The price's number, which usage records name.</summary>
    public required long Id { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The organisation whose own price it is; null is everybody's.</summary>
    public required Guid? OrgId { get; init; }

    /// <summary>From when on (UTC); null is since ever.</summary>
    public required DateTimeOffset? EffectiveFrom { get; init; }

    /// <summary>USD for a million input tokens, cached ones not included.</summary>
    public required Money InputUsdPerMtok { get; init; }

    /// <summary>USD for a million output tokens.</summary>
    public required Money OutputUsdPerMtok { get; init; }

    /// <summary>USD for a million tokens read from the cache; null is not listed.</summary>
    public required Money? CacheReadUsdPerMtok { get; init; }

    /// <summary>USD for a million tokens written to the cache for its default lifetime; null is not listed.</summary>
    public required Money? CacheWriteUsdPerMtok { get; init; }

    /// <summary>USD for a million tokens written to the cache for an hour; null is not listed.</summary>
    [JsonPropertyName("cache_write_1h_usd_per_mtok")]
    public required Money? LongCacheWriteUsdPerMtok { get; init; }

    /// <summary>The rates for long prompts; null where these cost the same.</summary>
    public required LongContextPrice? LongContext { get; init; }

    /// <summary>What the provider's batch API takes off, in percent; null is not listed.</summary>
    public required int? BatchDiscountPercent { get; init; }

    /// <summary>Whether it came with the program.</summary>
    public required bool BuiltIn { get; init; }

    /// <summary>Where it is known from.</summary>
    public required string? Source { get; init; }

    /// <summary>When it was recorded here (UTC).</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>The answer for a price.</summary>
    internal static PriceResponse From(ModelPrice price) => new()
    {
        Id = price.Id,
        Model = price.Model,
        OrgId = price.OrganisationId,
        EffectiveFrom = price.EffectiveFrom == ModelPrice.Ever ? null : price.EffectiveFrom,
        InputUsdPerMtok = price.Rates.Input,
        OutputUsdPerMtok = price.Rates.Output,
        CacheReadUsdPerMtok = price.Rates.CacheRead,
        CacheWriteUsdPerMtok = price.Rates.CacheWrite,
        LongCacheWriteUsdPerMtok = price.Rates.LongCacheWrite,
        LongContext = LongContextPrice.From(price),
        BatchDiscountPercent = price.BatchDiscountPercent,
        BuiltIn = price.IsBuiltIn,
        Source = price.Source,
        RecordedAt = price.RecordedAt,
    };
}

/// <summary>The rates for requests whose prompt is long; they hold for the whole request.</summary>
/// <param name="AboveInputTokens">Required. The prompt, cached tokens included, above which they hold.</param>
/// <param name="InputUsdPerMtok">Required. USD for a million input tokens, cached ones not included.</param>
/// <param name="OutputUsdPerMtok">Required. USD for a million output tokens.</param>
/// <param name="CacheReadUsdPerMtok">USD for a million tokens read from the cache; null is not listed.</param>
/// <param name="CacheWriteUsdPerMtok">USD for a million tokens written to the cache for its default lifetime; null is not listed.</param>
/// <param name="LongCacheWriteUsdPerMtok">USD for a million tokens written to the cache for an hour; null is not listed.</param>
public sealed record LongContextPrice(
    long? AboveInputTokens,
    Money? InputUsdPerMtok,
    Money? OutputUsdPerMtok,
    Money? CacheReadUsdPerMtok = null,
    Money? CacheWriteUsdPerMtok = null,
    [property: JsonPropertyName("cache_write_1h_usd_per_mtok")] Money? LongCacheWriteUsdPerMtok = null)
{
    internal static LongContextPrice? From(ModelPrice price) => price.LongContextRates is { } rates
        ? new(price.LongContextAbove, rates.Input, rates.Output, rates.CacheRead, rates.CacheWrite, rates.LongCacheWrite)
        : null;

    internal TokenRates ToRates() => new(
        InputUsdPerMtok!.Value, OutputUsdPerMtok!.Value, CacheReadUsdPerMtok, CacheWriteUsdPerMtok, LongCacheWriteUsdPerMtok);
}
