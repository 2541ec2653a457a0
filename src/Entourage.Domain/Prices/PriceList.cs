using System.Collections.Concurrent;

namespace Entourage.Domain.Prices;

/// <summary>The prices that apply to one organisation: its own, else those set for all organisations, else the built-in ones.</summary>
public sealed class PriceList
{
    // A limit, because agents can send any model name.
    private const int MaxRemembered = 1_000;

    private readonly PriceList? shared;
    private readonly ILookup<(int Level, string Model), ModelPrice> prices;
    private readonly ConcurrentDictionary<(string Model, string? Tier), IReadOnlyList<ModelPrice>> found = new();

    /// <summary>Creates a list.</summary>
    /// <param name="prices">The organisation's prices, and those for all unless they are in <paramref name="shared"/>.</param>
    /// <param name="shared">The prices for all, which many lists may share; null if they are in <paramref name="prices"/>.</param>
    public PriceList(IEnumerable<ModelPrice> prices, PriceList? shared = null) =>
        (this.prices, this.shared) = (prices.ToLookup(price => (LevelOf(price), price.Model)), shared);

    /// <summary>Returns the price of a model at an instant; null if there is none.</summary>
    /// <param name="model">Any name of the model.</param>
    /// <param name="at">The instant (UTC).</param>
    /// <param name="tier">The service tier; null for the standard one.</param>
    public ModelPrice? Find(string model, DateTimeOffset at, string? tier = null) => History(model, tier).FirstOrDefault(price => price.EffectiveFrom <= at);

    /// <summary>Returns the prices of a model that apply at any time between two instants.</summary>
    /// <param name="model">Any name of the model.</param>
    /// <param name="from">The first instant (UTC), inclusive.</param>
    /// <param name="until">The last instant (UTC), inclusive.</param>
    /// <param name="tier">The service tier; null for the standard one.</param>
    public IEnumerable<ModelPrice> During(string model, DateTimeOffset from, DateTimeOffset until, string? tier = null) => History(model, tier)
        .Select(price => price.EffectiveFrom)
        .Where(change => change > from && change <= until)
        .Prepend(from)
        .Select(instant => Find(model, instant, tier))
        .OfType<ModelPrice>()
        .Distinct();

    /// <summary>Returns all prices of a model, by precedence and then latest first.</summary>
    /// <param name="model">Any name of the model.</param>
    /// <param name="tier">The service tier; null for the standard one.</param>
    public IReadOnlyList<ModelPrice> History(string model, string? tier = null)
    {
        if (found.TryGetValue((model, tier), out var known))
        {
            return known;
        }

        var names = PriceCatalogue.NamesOf(model).Select(name => tier is null ? name : ServiceTier.NameOf(name, tier)).ToArray();
        var isSurcharged = ModelName.IsSurchargedBedrockRegion(model);
        IReadOnlyList<ModelPrice> history =
        [
            .. Enumerable.Range(0, 3)
                .SelectMany(level => OfLevel(level, names))
                .Select(price => isSurcharged && price.IsBuiltIn ? price.WithBedrockRegionSurcharge() : price),
            .. shared?.History(model, tier) ?? [],
        ];
        if (found.Count < MaxRemembered)
        {
            found[(model, tier)] = history;
        }

        return history;
    }

    /// <summary>The names of all listed models, sorted.</summary>
    public IReadOnlyList<string> Models =>
        [.. prices.Select(group => group.Key.Model).Concat(shared?.Models ?? []).Distinct().Order(StringComparer.Ordinal)];

    private static int LevelOf(ModelPrice price) => price.OrganisationId is not null ? 0 : price.IsBuiltIn ? 2 : 1;

    // Of prices with the same effective date, the one recorded last applies.
    private IEnumerable<ModelPrice> OfLevel(int level, string[] names) => names
        .Select(name => prices[(level, name)])
        .FirstOrDefault(group => group.Any(), [])
        .OrderByDescending(price => price.EffectiveFrom)
        .ThenByDescending(price => price.Id);
}
