using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entourage.Client.Contracts;

/// <summary>The price of a model from an instant on, in USD per million tokens. A null rate is unknown, not free.</summary>
public sealed record Price
{
    /// <summary>The number of the price.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Id { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>The organisation to which the price applies, or null for all organisations.</summary>
    public Guid? OrgId { get; init; }

    /// <summary>When the price takes effect (UTC), or null if it always applied.</summary>
    public DateTimeOffset? EffectiveFrom { get; init; }

    /// <summary>The rate of input tokens without cached ones.</summary>
    public decimal InputUsdPerMtok { get; init; }

    /// <summary>The rate of output tokens.</summary>
    public decimal OutputUsdPerMtok { get; init; }

    /// <summary>The rate of tokens read from the cache.</summary>
    public decimal? CacheReadUsdPerMtok { get; init; }

    /// <summary>The rate of tokens written to the cache for its default lifetime.</summary>
    public decimal? CacheWriteUsdPerMtok { get; init; }

    /// <summary>The rate of tokens written to the cache for an hour.</summary>
    [JsonPropertyName("cache_write_1h_usd_per_mtok")]
    public decimal? LongCacheWriteUsdPerMtok { get; init; }

    /// <summary>The rates for long prompts as a JSON object, or null.</summary>
    public JsonElement? LongContext { get; init; }

    /// <summary>The discount of the provider's batch API, in percent.</summary>
    public int? BatchDiscountPercent { get; init; }

    /// <summary>Whether the price is built into the server.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool BuiltIn { get; init; }

    /// <summary>Where the price was published.</summary>
    public string? Source { get; init; }
}

/// <summary>The current and all other prices of a model.</summary>
/// <param name="Model">The model as named in the request.</param>
/// <param name="Current">The price in effect, or null before the first.</param>
/// <param name="History">All prices.</param>
public sealed record PriceHistory(string Model, Price? Current, IReadOnlyList<Price> History);

/// <summary>A price to set, in USD per million tokens.</summary>
/// <param name="InputUsdPerMtok">The rate of input tokens without cached ones.</param>
/// <param name="OutputUsdPerMtok">The rate of output tokens.</param>
public sealed record PriceChange(decimal InputUsdPerMtok, decimal OutputUsdPerMtok)
{
    /// <summary>The rate of tokens read from the cache.</summary>
    public decimal? CacheReadUsdPerMtok { get; init; }

    /// <summary>The rate of tokens written to the cache for its default lifetime.</summary>
    public decimal? CacheWriteUsdPerMtok { get; init; }

    /// <summary>When the price takes effect. Defaults to now, or to always if the model had no price.</summary>
    public DateTimeOffset? EffectiveFrom { get; init; }
}
