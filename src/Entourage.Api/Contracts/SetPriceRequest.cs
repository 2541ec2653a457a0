using System.Text.Json.Serialization;
using Entourage.Application.Prices;
using Entourage.Domain;

namespace Entourage.Api.Contracts;

/// <summary>The price of a model from an instant on. Usage that needs an absent rate has no price.</summary>
/// <param name="InputUsdPerMtok">Required. USD per million input tokens, without cached ones: 0 to 1,000,000 with at most 9 decimals.</param>
/// <param name="OutputUsdPerMtok">Required. USD per million output tokens.</param>
/// <param name="CacheReadUsdPerMtok">USD per million tokens read from the cache.</param>
/// <param name="CacheWriteUsdPerMtok">USD per million tokens written to the cache for its default lifetime.</param>
/// <param name="LongCacheWriteUsdPerMtok">USD per million tokens written to the cache for an hour.</param>
/// <param name="LongContext">The rates for long prompts, if they cost more.</param>
/// <param name="BatchDiscountPercent">The discount of the provider's batch API, in percent: 0 to 100.</param>
/// <param name="EffectiveFrom">When the price takes effect. If absent, now, or for all time if the model had no price.</param>
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
