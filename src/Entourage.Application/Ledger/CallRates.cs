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

    private CallRates(IReadOnlyList<ModelPrice> prices, TokenRates? assumed) => (this.prices, this.assumed) = (prices, assumed);

    /// <summary>Whether they are the operator's assumed rates, because the model has no price.</summary>
    public bool AreAssumed => assumed is not null;

    /// <summary>Finds the rates of a model; null if it has no price and the team's rule assumes none.</summary>
    /// <param name="session">The session that makes the call.</param>
    /// <param name="ledger">The transaction.</param>
    /// <param name="model">The model; empty for none.</param>
    /// <param name="from">When the call is made (UTC).</param>
    /// <param name="until">When its reservation expires (UTC).</param>
    /// <exception cref="RuleViolationException"><c>unpriced-model</c>: the model has no price, and the team refuses such models.</exception>
    public static CallRates? Find(LedgerSession session, LedgerTransaction ledger, string model, DateTimeOffset from, DateTimeOffset until)
    {
        if (FindListed(session, ledger, model, from, until) is { } listed)
        {
            return listed;
        }

        var rule = session.Policy.TeamLimits.UnpricedModels;
        if (model.Length > 0 && rule == UnpricedModelRule.Refuse)
        {
            throw StoredPrices.Refused(model);
        }

        return rule == UnpricedModelRule.Assume ? new([], ledger.Rules.AssumedRates) : null;
    }

    /// <summary>Finds the listed rates of a model, with the parameters of <see cref="Find"/>; null if it has no price.</summary>
    public static CallRates? FindListed(LedgerSession session, LedgerTransaction ledger, string model, DateTimeOffset from, DateTimeOffset until)
    {
        // A price may change while the reservation is live, and a clock that is ahead may date the usage after that.
        var prices = model.Length > 0 ? ledger.WorkingSet.PricesOf(session).During(model, from, until + UsageRecord.LatestAhead).ToArray() : [];
        return prices.Length > 0 ? new(prices, assumed: null) : null;
    }

    /// <summary>Computes the most that tokens can cost (USD).</summary>
    public Money BoundOf(TokenBound tokens) => assumed?.BoundOf(tokens) ?? prices.Max(price => price.BoundOf(tokens));

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
