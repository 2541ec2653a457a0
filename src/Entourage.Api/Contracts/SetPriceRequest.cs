using System.Text.Json.Serialization;
using Entourage.Application.Prices;
using Entourage.Domain;

namespace Entourage.Api.Contracts;

/// <summary>What a model costs from an instant on. A rate that is absent is not listed: usage that needs it has no price.</summary>
/// <param name="InputUsdPerMtok">Required. USD for a million input tokens, cached ones not included: 0 to 1,000,000 with at most 9 decimals.</param>
/// <param name="OutputUsdPerMtok">Required. USD for a million output tokens.</param>
/// <param name="CacheReadUsdPerMtok">USD for a million tokens read from the cache.</param>
/// <param name="CacheWriteUsdPerMtok">USD for a million tokens written to the cache for its default lifetime.</param>
/// <param name="LongCacheWriteUsdPerMtok">USD for a million tokens written to the cache for an hour.</param>
/// <param name="LongContext">The rates for long prompts, where these cost more.</param>
/// <param name="BatchDiscountPercent">What the provider's batch API takes off, in percent: 0 to 100.</param>
/// <param name="EffectiveFrom">From when on; when absent, from now on, or since ever where the model had no price.</param>
public sealed record SetPriceRequest(
    Money? InputUsdPerMtok,
    Money? OutputUsdPerMtok,
    Money? CacheReadUsdPerMtok = null,
    Money? CacheWriteUsdPerMtok = null,
    [property: JsonPropertyName("cache_write_1h_usd_per_mtok")] Money? LongCacheWriteUsdPerMtok = null,
    LongContextPrice? LongContext = null,
    int? BatchDiscountPercent = null,
    DateTimeOffset? EffectiveFrom = null)
{
    /// <summary>The command for a model.</summary>
    internal SetPriceCommand ToCommand(string model, Guid? organisationId) => new(
        model,
        organisationId,
        InputUsdPerMtok,
        OutputUsdPerMtok,
        CacheReadUsdPerMtok,
        CacheWriteUsdPerMtok,
        LongCacheWriteUsdPerMtok,
        LongContext,
        BatchDiscountPercent,
        EffectiveFrom);
}
