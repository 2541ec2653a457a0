using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entourage.Client.Contracts;

/// <summary>What a model costs from an instant on: USD for a million tokens. A rate that is null is not listed, which is not free.</summary>
public sealed record Price
{
    /// <summary>The price's number; 0 in a request.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Id { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The organisation whose own price it is; null is everybody's.</summary>
    public Guid? OrgId { get; init; }

    /// <summary>From when on (UTC); null is since ever.</summary>
    public DateTimeOffset? EffectiveFrom { get; init; }

    /// <summary>Input tokens, cached ones not included.</summary>
    public decimal InputUsdPerMtok { get; init; }

    /// <summary>Output tokens.</summary>
    public decimal OutputUsdPerMtok { get; init; }

    /// <summary>Tokens read from the cache.</summary>
    public decimal? CacheReadUsdPerMtok { get; init; }

    /// <summary>Tokens written to the cache for its default lifetime.</summary>
    public decimal? CacheWriteUsdPerMtok { get; init; }

    /// <summary>Tokens written to the cache for an hour.</summary>
    [JsonPropertyName("cache_write_1h_usd_per_mtok")]
    public decimal? LongCacheWriteUsdPerMtok { get; init; }

    /// <summary>The rates for long prompts: a JSON object, or null.</summary>
    public JsonElement? LongContext { get; init; }

    /// <summary>What the provider's batch API takes off, in percent.</summary>
    public int? BatchDiscountPercent { get; init; }

    /// <summary>Whether it came with the server.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool BuiltIn { get; init; }

    /// <summary>Where it is known from.</summary>
    public string? Source { get; init; }
}

/// <summary>What a model costs, and did.</summary>
/// <param name="Model">The model, as it was asked for.</param>
/// <param name="Current">The price that is in force; null before the first.</param>
/// <param name="History">Every price.</param>
public sealed record PriceHistory(string Model, Price? Current, IReadOnlyList<Price> History);

/// <summary>A price to be set, in USD for a million tokens.</summary>
/// <param name="InputUsdPerMtok">Input tokens, cached ones not included.</param>
/// <param name="OutputUsdPerMtok">Output tokens.</param>
public sealed record PriceChange(decimal InputUsdPerMtok, decimal OutputUsdPerMtok)
{
    /// <summary>Tokens read from the cache.</summary>
    public decimal? CacheReadUsdPerMtok { get; init; }

    /// <summary>Tokens written to the cache for its default lifetime.</summary>
    public decimal? CacheWriteUsdPerMtok { get; init; }

    /// <summary>From when on; when absent, from now on, or since ever where the model had no price.</summary>
    public DateTimeOffset? EffectiveFrom { get; init; }
}
