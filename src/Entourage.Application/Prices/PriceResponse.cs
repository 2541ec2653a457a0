using System.Text.Json.Serialization;
using Entourage.Domain;
using Entourage.Domain.Prices;

namespace Entourage.Application.Prices;

/// <summary>The price of a model from an instant on.</summary>
public sealed record PriceResponse
{
    /// <summary>The number of the price, to which usage records refer.</summary>
    public required long Id { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The organisation of the price; null if it applies to all organisations.</summary>
    public required Guid? OrgId { get; init; }

    /// <summary>When the price takes effect (UTC); null if it always applied.</summary>
    public required DateTimeOffset? EffectiveFrom { get; init; }

    /// <summary>USD per million input tokens, excluding cached ones.</summary>
    public required Money InputUsdPerMtok { get; init; }

    /// <summary>USD per million output tokens.</summary>
    public required Money OutputUsdPerMtok { get; init; }

    /// <summary>USD per million cache-read tokens; null if unknown.</summary>
    public required Money? CacheReadUsdPerMtok { get; init; }

    /// <summary>USD per million tokens written to the cache for the default lifetime; null if unknown.</summary>
    public required Money? CacheWriteUsdPerMtok { get; init; }

    /// <summary>USD per million tokens written to the cache for an hour; null if unknown.</summary>
    [JsonPropertyName("cache_write_1h_usd_per_mtok")]
    public required Money? LongCacheWriteUsdPerMtok { get; init; }

    /// <summary>The rates for long prompts; null if they cost the same.</summary>
    public required LongContextPrice? LongContext { get; init; }

    /// <summary>The discount of the provider's batch API, in percent; null if unknown.</summary>
    public required int? BatchDiscountPercent { get; init; }

    /// <summary>Whether the price shipped with Entourage.</summary>
    public required bool BuiltIn { get; init; }

    /// <summary>The source of the price.</summary>
    public required string? Source { get; init; }

    /// <summary>When the price was recorded on this server (UTC).</summary>
    public required DateTimeOffset RecordedAt { get; init; }

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

/// <summary>The rates for requests with a long prompt. They apply to the whole request.</summary>
/// <param name="AboveInputTokens">Required. The size of the prompt in tokens, including cached ones, above which the rates apply.</param>
/// <param name="InputUsdPerMtok">Required. USD per million input tokens, excluding cached ones.</param>
/// <param name="OutputUsdPerMtok">Required. USD per million output tokens.</param>
/// <param name="CacheReadUsdPerMtok">USD per million cache-read tokens; null if unknown.</param>
/// <param name="CacheWriteUsdPerMtok">USD per million tokens written to the cache for the default lifetime; null if unknown.</param>
/// <param name="LongCacheWriteUsdPerMtok">USD per million tokens written to the cache for an hour; null if unknown.</param>
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
