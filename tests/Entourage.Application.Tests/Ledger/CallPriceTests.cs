using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>What calls through the gateway cost besides the tokens of the standard tier.</summary>
internal sealed class CallPriceTests
{
    private const string Model = "priced";

    private readonly TestLedger ledger = new();

    [SetUp]
    public void SetPrice() => ledger.SetPrice(Model, input: 1, output: 10);

    [Test]
    public async Task A_tier_is_reserved_and_charged_at_its_own_rates()
    {
        ledger.SetPrice("priced-fast", input: 2, output: 20);
        var session = ledger.StartSession(new() { Daily = Usd(1) });

        var reserved = await ledger.AcceptAsync(Reserve(session, 100_000, 10_000, tier: "fast"));
        await ledger.AcceptAsync(Settle(session, reserved, new(50_000, 5_000, 0, 0), new(null, null, IsEstimate: false) { Tier = "fast" }));

        Assert.That(reserved.AmountUsd, Is.EqualTo(Usd(0.4m)));
        Assert.That((ledger.Record.CountedCost, ledger.Record.IsEstimated), Is.EqualTo((Usd(0.2m), false)));
    }

    [Test]
    public async Task The_tier_that_served_a_call_beats_the_requested_one()
    {
        ledger.SetPrice("priced-fast", input: 2, output: 20);
        var session = ledger.StartSession(new() { Daily = Usd(1) });

        var reserved = await ledger.AcceptAsync(Reserve(session, 100_000, 0, tier: "fast"));
        await ledger.AcceptAsync(Settle(session, reserved, new(100_000, 0, 0, 0)));

        Assert.That(ledger.Record.CountedCost, Is.EqualTo(Usd(0.1m)));
    }

    [Test]
    public async Task A_cheaper_tier_is_reserved_at_the_standard_rates_because_the_provider_may_not_grant_it()
    {
        ledger.SetPrice("priced-flex", input: 0.5m, output: 5);
        var session = ledger.StartSession(new() { Daily = Usd(1) });

        var reserved = await ledger.AcceptAsync(Reserve(session, 100_000, 0, tier: "flex"));
        await ledger.AcceptAsync(Settle(session, reserved, new(100_000, 0, 0, 0), new(null, null, IsEstimate: false) { Tier = "flex" }));

        Assert.That((reserved.AmountUsd, ledger.Record.CountedCost), Is.EqualTo((Usd(0.1m), Usd(0.05m))));
    }

    [TestCase("fast", false)]
    [TestCase("flex", true)]
    public async Task A_tier_without_a_price_is_refused_unless_it_is_cheaper(string tier, bool isAllowed)
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        if (!isAllowed)
        {
            var refusal = await ledger.RefuseAsync<RuleViolationException>(Reserve(session, 1_000, 0, tier: tier));
            Assert.That((refusal.Code, refusal.Message), Is.EqualTo(("unpriced-model", "The service tier 'fast' of 'priced' has no price. Leave the tier out, or ask an admin to set a price for 'priced-fast'.")));
            return;
        }

        var reserved = await ledger.AcceptAsync(Reserve(session, 1_000, 0, tier: tier));
        await ledger.AcceptAsync(Settle(session, reserved, new(1_000, 0, 0, 0), new(null, null, IsEstimate: false) { Tier = tier }));
        Assert.That((ledger.Record.CountedCost, ledger.Record.IsEstimated), Is.EqualTo((Usd(0.001m), true)));
    }

    [Test]
    public async Task Searches_are_reserved_and_recorded_apart()
    {
        ledger.SetPrice("search", input: 10_000, output: 10_000);
        var session = ledger.StartSession(new() { Daily = Usd(1) });

        var reserved = await ledger.AcceptAsync(Reserve(session, 100_000, 100_000, searches: new("search", 5)));
        var settled = await ledger.AcceptAsync(Settle(session, reserved, new(1_000, 0, 0, 0), searches: new("search", 2)));
        var again = await ledger.AcceptAsync(Settle(session, reserved, new(1_000, 0, 0, 0), searches: new("search", 2)));

        Assert.That((reserved.AmountUsd, reserved.MaxOutputTokens), Is.EqualTo((Usd(0.99999m), 84_999)));
        Assert.That((settled, again), Is.EqualTo((true, false)));
        Assert.That(ledger.Records.Select(record => (record.Model, record.CountedCost)), Is.EqualTo(new[] { (Model, Usd(0.001m)), ("search", Usd(0.02m)) }));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(0.021m), Money.Zero)));
    }

    [Test]
    public async Task Searches_without_a_price_cost_nothing()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });

        var reserved = await ledger.AcceptAsync(Reserve(session, 100_000, 0, searches: new("search", 5)));
        await ledger.AcceptAsync(Settle(session, reserved, new(1_000, 0, 0, 0), searches: new("search", 2)));

        Assert.That((reserved.AmountUsd, ledger.Records.Count()), Is.EqualTo((Usd(0.1m), 1)));
    }

    private ReserveCallEntry Reserve(long session, long input, long most, string? tier = null, ServerSearches? searches = null) => new(
        Guid.CreateVersion7(ledger.Now),
        new(session, Model, input, most, LeastOutputTokens: 1, Choices: 1, Billing.Api, TtlSeconds: 3_600) { Tier = tier, Searches = searches },
        ledger.Now);

    private SettleCallEntry Settle(long session, ReservedCall call, TokenCounts tokens, GatewayCall? facts = null, ServerSearches? searches = null) => SettleCallEntry.Of(
        new(session, call.ReservationId, new BilledTokens(tokens), Model, facts ?? new(null, null, IsEstimate: false), Billing.Api, Error: null) { Searches = searches },
        ledger.Now);
}
