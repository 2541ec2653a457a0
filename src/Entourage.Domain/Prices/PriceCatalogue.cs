using System.Text.Json;
using System.Text.Json.Serialization;

namespace Entourage.Domain.Prices;

/// <summary>The price lists of providers that come with the program, from the data files beside this class.</summary>
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

    /// <summary>What a model may be listed as, see <see cref="ModelName.Candidates"/>, and the models that its provider says these names mean.</summary>
    /// <param name="model">The model, under any of its names.</param>
    public static IEnumerable<string> NamesOf(string model)
    {
        var names = ModelName.Candidates(model).ToArray();
        return names.Concat(names.Select(name => Aliases.Value.GetValueOrDefault(name)).OfType<string>());
    }

    /// <summary>
    /// The one name of a model among all that it has: the one that its price is listed under here, else the shortest. Two names mean one
    /// model where this is the same; a snapshot that is listed with a price of its own is a model of its own.
    /// </summary>
    /// <param name="model">The model, under any of its names.</param>
    public static string ModelOf(string model) =>
        NamesOf(model).FirstOrDefault(Listed.Value.Contains) ?? ModelName.Candidates(model).Last();

    /// <summary>The prices that are not stored as they are here.</summary>
    /// <param name="stored">The built-in prices that are stored, of this program and of earlier ones.</param>
    /// <param name="now">The present (UTC).</param>
    public static IReadOnlyList<ModelPrice> MissingFrom(IEnumerable<ModelPrice> stored, DateTimeOffset now)
    {
        var editions = stored.ToLookup(price => (price.Model, price.EffectiveFrom));
        var missing = from file in Files.Value
                      from model in file.Models
                      from listed in model.Prices
                      let before = editions[(model.Model, listed.EffectiveFrom)].ToArray()
                      let price = listed.ToPrice(model.Model, file.Sources[listed.Source], before.Length, now)
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

    private sealed record ListedPrices(string Model, IReadOnlyList<string> Aliases, IReadOnlyList<ListedPrice> Prices);

    private record ListedRates
    {
        public required decimal Input { get; init; }

        public required decimal Output { get; init; }

        public required decimal? CacheRead { get; init; }

        public required decimal? CacheWrite { get; init; }

        [JsonPropertyName("cache_write_1h")]
        public required decimal? CacheWriteHour { get; init; }

        public TokenRates ToRates() => new(
            Money.FromUsd(Input), Money.FromUsd(Output), ToRate(CacheRead), ToRate(CacheWrite), ToRate(CacheWriteHour));

        private static Money? ToRate(decimal? usd) => usd is { } listed ? Money.FromUsd(listed) : null;
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

        public ModelPrice ToPrice(string model, string source, int edition, DateTimeOffset now) => new()
        {
            IsBuiltIn = true,
            Edition = edition,
            Model = model,
            EffectiveFrom = EffectiveFrom,
            Rates = ToRates(),
            LongContextAbove = LongContext?.AboveInputTokens,
            LongContextRates = LongContext?.ToRates(),
            BatchDiscountPercent = BatchDiscountPercent,
            Source = Note is null ? source : $"{source} ({Note})",
            RecordedAt = now,
        };
    }
}
