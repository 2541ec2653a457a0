using System.Collections.Concurrent;

namespace Entourage.Domain.Prices;

/// <summary>The prices that hold for one organisation: its own, else those set for everybody here, else the built-in ones.</summary>
public sealed class PriceList
{
    // Agents send names of their own making: no more of them are remembered than this.
    private const int MaxRemembered = 1_000;

    private readonly PriceList? shared;
    private readonly ILookup<(int Level, string Model), ModelPrice> prices;
    private readonly ConcurrentDictionary<string, IReadOnlyList<ModelPrice>> found = new(StringComparer.Ordinal);

    /// <summary>Makes a list.</summary>
    /// <param name="prices">The organisation's prices and everybody's, or the organisation's alone where everybody's are in <paramref name="shared"/>.</param>
    /// <param name="shared">Everybody's prices, which many lists may share; null when they are in <paramref name="prices"/>.</param>
    public PriceList(IEnumerable<ModelPrice> prices, PriceList? shared = null) =>
        (this.prices, this.shared) = (prices.ToLookup(price => (LevelOf(price), price.Model)), shared);

    /// <summary>The price of a model at an instant; null when there is none.</summary>
    /// <param name="model">The model, under any of its names.</param>
    /// <param name="at">The instant (UTC).</param>
    public ModelPrice? Find(string model, DateTimeOffset at) => History(model).FirstOrDefault(price => price.EffectiveFrom <= at);

    /// <summary>The prices of a model that are in force at some time from one instant to another; none before its first.</summary>
    /// <param name="model">The model, under any of its names.</param>
    /// <param name="from">The first instant (UTC).</param>
    /// <param name="until">The last one (UTC).</param>
    public IEnumerable<ModelPrice> During(string model, DateTimeOffset from, DateTimeOffset until) => History(model)
        .Select(price => price.EffectiveFrom)
        .Where(change => change > from && change <= until)
        .Prepend(from)
        .Select(instant => Find(model, instant))
        .OfType<ModelPrice>()
        .Distinct();

    /// <summary>Every price that a model has or had, the one that goes before others first.</summary>
    /// <param name="model">The model, under any of its names.</param>
    public IReadOnlyList<ModelPrice> History(string model)
    {
        if (found.TryGetValue(model, out var known))
        {
            return known;
        }

        var names = PriceCatalogue.NamesOf(model).ToArray();
        var isSurcharged = ModelName.IsSurchargedBedrockRegion(model);
        IReadOnlyList<ModelPrice> history =
        [
            .. Enumerable.Range(0, 3)
                .SelectMany(level => OfLevel(level, names))
                .Select(price => isSurcharged && price.IsBuiltIn ? price.WithBedrockRegionSurcharge() : price),
            .. shared?.History(model) ?? [],
        ];
        if (found.Count < MaxRemembered)
        {
            found[model] = history;
        }

        return history;
    }

    /// <summary>Every model that is listed, by name.</summary>
    public IReadOnlyList<string> Models =>
        [.. prices.Select(group => group.Key.Model).Concat(shared?.Models ?? []).Distinct().Order(StringComparer.Ordinal)];

    private static int LevelOf(ModelPrice price) => price.OrganisationId is not null ? 0 : price.IsBuiltIn ? 2 : 1;

    // Of prices from one instant on, the last that was recorded holds.
    private IEnumerable<ModelPrice> OfLevel(int level, string[] names) => names
        .Select(name => prices[(level, name)])
        .FirstOrDefault(group => group.Any(), [])
        .OrderByDescending(price => price.EffectiveFrom)
        .ThenByDescending(price => price.Id);
}
