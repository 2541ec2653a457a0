using Entourage.Application.Prices;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Ledger;

/// <summary>The rates that can apply to a call that has not been made yet.</summary>
internal sealed class CallRates
{
    private readonly IReadOnlyList<ModelPrice> prices;
    private readonly TokenRates? assumed;
    private readonly Money fees;

    private CallRates(IReadOnlyList<ModelPrice> prices, TokenRates? assumed, Money fees) => (this.prices, this.assumed, this.fees) = (prices, assumed, fees);

    /// <summary>Whether they are the operator's assumed rates, because the model has no price.</summary>
    public bool AreAssumed => assumed is not null;

    /// <summary>Finds the rates of a model; null if it has no price and the team's rule assumes none.</summary>
    /// <param name="session">The session that makes the call.</param>
    /// <param name="ledger">The transaction.</param>
    /// <param name="model">The model; empty for none.</param>
    /// <param name="from">When the call is made (UTC).</param>
    /// <param name="until">When its reservation expires (UTC).</param>
    /// <param name="tier">The service tier that it asks for; null for the standard one.</param>
    /// <param name="searches">The searches that the provider may run for it; null for none.</param>
    /// <exception cref="RuleViolationException">
    /// <c>unpriced-model</c>: the model has no price, and the team refuses such models, or its tier has none and may cost more than the standard one.
    /// </exception>
    public static CallRates? Find(
        LedgerSession session, LedgerTransaction ledger, string model, DateTimeOffset from, DateTimeOffset until, string? tier = null, ServerSearches? searches = null)
    {
        var rule = session.Policy.TeamLimits.UnpricedModels;

        // A price may change while the reservation is live, and a clock that is ahead may date the usage after that.
        var prices = model.Length > 0 ? PricesDuring(model, tier: null) : [];
        if (prices.Length == 0 && model.Length > 0 && rule == UnpricedModelRule.Refuse)
        {
            throw StoredPrices.Refused(model);
        }

        if (prices.Length > 0 && tier is not null)
        {
            // The provider may serve the call at the standard rates instead.
            var ofTier = PricesDuring(model, tier);
            prices = ofTier.Length > 0 || ServiceTier.IsCheaper(tier) ? [.. prices, .. ofTier] : throw StoredPrices.Refused(model, tier);
        }

        var fees = searches is null ? Money.Zero
            : PricesDuring(searches.Model, tier: null).Select(price => price.BoundOf(new(searches.Count, 0))).DefaultIfEmpty(Money.Zero).Max();
        return prices.Length > 0 ? new(prices, assumed: null, fees)
            : rule == UnpricedModelRule.Assume ? new(prices, ledger.Rules.AssumedRates, fees)
            : null;

        ModelPrice[] PricesDuring(string name, string? tier) =>
            [.. ledger.WorkingSet.PricesOf(session).During(name, from, until + UsageRecord.LatestAhead, tier)];
    }

    /// <summary>Computes the most that tokens and the searches can cost (USD).</summary>
    public Money BoundOf(TokenBound tokens) => fees + (assumed?.BoundOf(tokens) ?? prices.Max(price => price.BoundOf(tokens)));

    /// <summary>Finds the largest output limit with which a call costs at most an amount, between two limits.</summary>
    /// <param name="tokens">The tokens of the call. The output is that of all choices together.</param>
    /// <param name="choices">How many choices each generate up to the limit.</param>
    /// <param name="least">The smallest limit.</param>
    /// <param name="most">The largest limit.</param>
    /// <param name="available">The amount (USD).</param>
    /// <returns>The limit; null if even the smallest costs more.</returns>
    public long? LargestOutput(TokenBound tokens, int choices, long least, long most, Money available)
    {
        if (least > most || Costs(least) > available)
        {
            return null;
        }

        // The cost never falls as the limit rises.
        var (fits, tooMuch) = (least, most + 1);
        while (tooMuch - fits > 1)
        {
            var middle = fits + ((tooMuch - fits) / 2);
            (fits, tooMuch) = Costs(middle) <= available ? (middle, tooMuch) : (fits, middle);
        }

        return fits;

        Money Costs(long limit) => BoundOf(tokens with { Output = limit * choices });
    }
}

/// <summary>Searches that a provider runs and bills apart from tokens. Each is priced as one input token of a model of its own.</summary>
/// <param name="Model">The name under which the catalogue lists them, such as <c>anthropic-web-search</c>.</param>
/// <param name="Count">How many.</param>
public sealed record ServerSearches(string Model, long Count);
