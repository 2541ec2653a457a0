using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entourage.Domain.Prices;

/// <summary>The built-in price lists of providers, from the data files next to this class.</summary>
public static class PriceCatalogue
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly Lazy<IReadOnlyList<PriceFile>> Files = new(() =>
        [.. typeof(PriceCatalogue).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".json", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(Read)]);

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Aliases = new(() => Files.Value
        .SelectMany(file => file.Models)
        .SelectMany(model => model.Aliases.Select(alias => (alias, model.Model)))
        .ToDictionary(pair => pair.alias, pair => pair.Model, StringComparer.Ordinal));

    private static readonly Lazy<IReadOnlySet<string>> Listed = new(() => Files.Value
        .SelectMany(file => file.Models)
        .Select(model => model.Model)
        .ToHashSet(StringComparer.Ordinal));

    /// <summary>
    /// Returns the names under which a model may be listed, see <see cref="ModelName.Candidates"/>, and the models of which these names are
    /// aliases.
    /// </summary>
    /// <param name="model">Any name of the model.</param>
    public static IEnumerable<string> NamesOf(string model)
    {
        var names = ModelName.Candidates(model).ToArray();
        return names.Concat(names.Select(name => Aliases.Value.GetValueOrDefault(name)).OfType<string>());
    }

    /// <summary>
    /// Returns the canonical name of a model: the name under which the catalogue lists it, else the least specific. Two names mean the same
    /// model if this name is equal. A snapshot that is listed with its own price is a separate model.
    /// </summary>
    /// <param name="model">Any name of the model.</param>
    public static string ModelOf(string model) =>
        NamesOf(model).FirstOrDefault(Listed.Value.Contains) ?? ModelName.Candidates(model).Last();

    /// <summary>Returns the prices of the catalogue that are not stored yet, or stored with other content.</summary>
    /// <param name="stored">The built-in prices that are stored, of this version and of earlier ones.</param>
    /// <param name="now">The current time (UTC).</param>
    public static IReadOnlyList<ModelPrice> MissingFrom(IEnumerable<ModelPrice> stored, DateTimeOffset now)
    {
        var editions = stored.ToLookup(price => (price.Model, price.EffectiveFrom));
        var missing = from file in Files.Value
                      from model in file.Models
                      from listed in model.Prices
                      from tier in model.Tiers.Prepend(new(null, null))
                      let name = tier.Name is null ? model.Model : ServiceTier.NameOf(model.Model, tier.Name)
                      let before = editions[(name, listed.EffectiveFrom)].ToArray()
                      let price = listed.ToPrice(name, file.Sources[tier.Source ?? listed.Source], before.Length, tier.Percent, now)
                      where !(before.MaxBy(known => known.Edition) is { } known && price.HasSameContentAs(known))
                      select price;
        return [.. missing];
    }

    private static PriceFile Read(string name)
    {
        using var stream = typeof(PriceCatalogue).Assembly.GetManifestResourceStream(name)!;
        return JsonSerializer.Deserialize<PriceFile>(stream, Format)!;
    }

    private sealed record PriceFile(IReadOnlyDictionary<string, string> Sources, IReadOnlyList<ListedPrices> Models);

    private sealed record ListedPrices(string Model, IReadOnlyList<string> Aliases, IReadOnlyList<ListedPrice> Prices)
    {
        /// <summary>The service tiers whose rates are a percentage of the standard ones.</summary>
        public IReadOnlyList<ListedTier> Tiers { get; init; } = [];
    }

    private sealed record ListedTier(string? Name, string? Source, int Percent = 100);

    private record ListedRates
    {
        public required decimal Input { get; init; }

        public required decimal Output { get; init; }

        public required decimal? CacheRead { get; init; }

        public required decimal? CacheWrite { get; init; }

        [JsonPropertyName("cache_write_1h")]
        public required decimal? CacheWriteHour { get; init; }

        public TokenRates ToRates(int percent)
        {
            return new(Rate(Input), Rate(Output), RateIfListed(CacheRead), RateIfListed(CacheWrite), RateIfListed(CacheWriteHour));

            Money? RateIfListed(decimal? usd) => usd is { } listed ? Rate(listed) : null;

            Money Rate(decimal usd) => Money.FromUsd(usd * percent / 100);
        }
    }

    private sealed record ListedLongRates : ListedRates
    {
        public required long AboveInputTokens { get; init; }
    }

    private sealed record ListedPrice : ListedRates
    {
        public required DateOnly? From { get; init; }

        public required int? BatchDiscountPercent { get; init; }

        public ListedLongRates? LongContext { get; init; }

        public required string Source { get; init; }

        public string? Note { get; init; }

        public DateTimeOffset EffectiveFrom => From is { } day ? new(day, TimeOnly.MinValue, TimeSpan.Zero) : ModelPrice.Ever;

        public ModelPrice ToPrice(string model, string source, int edition, int percent, DateTimeOffset now) => new()
        {
            IsBuiltIn = true,
            Edition = edition,
            Model = model,
            EffectiveFrom = EffectiveFrom,
            Rates = ToRates(percent),
            LongContextAbove = LongContext?.AboveInputTokens,
            LongContextRates = LongContext?.ToRates(percent),
            BatchDiscountPercent = BatchDiscountPercent,
            Source = Note is null || percent != 100 ? source : $"{source} ({Note})",
            RecordedAt = now,
        };
    }
}
