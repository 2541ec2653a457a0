using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Usage of a million input tokens and no others, so that a price's input rate is the cost.</summary>
internal sealed class UsagePriceTests
{
    private static readonly TokenCounts Million = new(1_000_000, 0);

    private readonly TestLedger ledger = new();

    [Test]
    public async Task A_stated_cost_goes_before_the_price()
    {
        ledger.SetPrice("acme-1", 3, 15);

        var record = await RecordAsync(ledger.StartSession(model: "acme-1"), usd: 3.5m);

        Assert.That((record.Cost, record.CostSource, record.IsEstimated), Is.EqualTo((Usd(3.5m), CostSource.Reported, false)));
        Assert.That((record.Price!.PriceId, record.Price.Parts.Total), Is.EqualTo((1L, Usd(3))));
    }

    [Test]
    public async Task The_price_goes_before_what_was_reserved()
    {
        ledger.SetPrice("acme-1", 3, 15);
        var session = ledger.StartSession(model: "acme-1");
        var held = await ledger.ReserveAsync(session, 8);

        var record = await RecordAsync(session, reservation: held.Id);

        Assert.That((record.Cost, record.CostSource, record.IsEstimated), Is.EqualTo((Usd(3), CostSource.Catalogue, false)));
    }

    [Test]
    public async Task What_was_reserved_goes_before_the_assumed_rates()
    {
        var session = ledger.StartSession(model: "acme-1");
        var held = await ledger.ReserveAsync(session, 8);

        var record = await RecordAsync(session, reservation: held.Id);

        Assert.That(
            (record.Cost, record.CostSource, record.IsEstimated, record.AssumedCost, record.UnpricedTokens),
            Is.EqualTo((Usd(8), CostSource.Reservation, true, Money.Zero, 0L)));
    }

    [Test]
    public async Task Usage_without_cost_or_price_counts_at_the_assumed_rates()
    {
        var session = ledger.StartSession(new() { Daily = Usd(10) }, model: "acme-1");

        var response = await ledger.AcceptAsync(ledger.Usage(session, tokens: Million));

        var record = ledger.Record;
        Assert.That(
            (record.Cost, record.CostSource, record.IsEstimated, record.AssumedCost, record.UnpricedTokens, record.Price),
            Is.EqualTo((Usd(10), CostSource.Assumed, true, Usd(10), 0L, (LedgerPrice?)null)));
        Assert.That((response.Estimated, response.Stop, record.Sum.AssumedCost), Is.EqualTo((true, true, (MoneyTotal)Usd(10))));
    }

    [Test]
    public async Task A_reservation_at_the_assumed_rates_is_no_estimate_of_the_caller()
    {
        var session = ledger.StartSession(model: "acme-1");
        var held = await ledger.AcceptAsync(
            new ReserveEntry(Guid.NewGuid(), session, new(null, "acme-1", new(2_000_000, 0)), TimeSpan.FromMinutes(1), Noon, null));

        var record = await RecordAsync(session, reservation: held.Id);

        Assert.That((held.AmountUsd, record.Cost, record.CostSource), Is.EqualTo((Usd(20), Usd(10), CostSource.Assumed)));
    }

    [TestCase(UnpricedModelRule.Record)]
    [TestCase(UnpricedModelRule.Refuse)]
    public async Task Usage_is_unpriced_where_the_team_wants_no_assumptions(UnpricedModelRule rule)
    {
        var session = ledger.StartSession(new() { UnpricedModels = rule }, model: "acme-1");

        var record = await RecordAsync(session, tokens: new(1, 20, 300, 4_000));

        Assert.That(
            (record.Cost, record.CostSource, record.IsEstimated, record.AssumedCost, record.UnpricedTokens),
            Is.EqualTo((Money.Zero, CostSource.Unpriced, false, Money.Zero, 4_321L)));
    }

    [Test]
    public async Task Assumed_cost_under_a_subscription_is_no_part_of_the_totals()
    {
        await ledger.AcceptAsync(ledger.Usage(ledger.StartSession(), tokens: Million, billing: Billing.Subscription));

        Assert.That((ledger.Record.AssumedCost, ledger.Record.Sum.AssumedCost), Is.EqualTo((Usd(10), MoneyTotal.Zero)));
    }

    [Test]
    public async Task The_model_of_a_usage_goes_before_that_of_its_session()
    {
        ledger.SetPrice("acme-1", 3, 15);
        ledger.SetPrice("acme-2", 4, 20);

        var record = await RecordAsync(ledger.StartSession(model: "acme-1"), model: "acme-2");

        Assert.That((record.Model, record.Cost), Is.EqualTo(("acme-2", Usd(4))));
    }

    [Test]
    public async Task A_usage_without_any_model_has_an_empty_one_and_no_price()
    {
        ledger.SetPrice("acme-1", 3, 15);

        var record = await RecordAsync(ledger.StartSession());

        Assert.That((record.Model, record.Price, record.CostSource), Is.EqualTo(("", (LedgerPrice?)null, CostSource.Assumed)));
    }

    [Test]
    public async Task The_price_is_that_of_the_time_of_the_usage()
    {
        ledger.SetPrice("acme-1", 3, 15);
        ledger.SetPrice("acme-1", 9, 15, from: Noon);
        var session = ledger.StartSession(model: "acme-1");

        var (before, after) = (await RecordAsync(session, at: Noon.AddTicks(-1)), await RecordAsync(session, at: Noon));

        Assert.That((before.Cost, after.Cost), Is.EqualTo((Usd(3), Usd(9))));
    }

    [Test]
    public async Task An_organisations_own_price_goes_before_the_shared_one_and_a_new_price_is_used_at_once()
    {
        ledger.SetPrice("acme-1", 3, 15);
        var session = ledger.StartSession(model: "acme-1");
        var shared = await RecordAsync(session);

        ledger.SetPrice("acme-1", 2, 10, ledger.OrganisationId);
        var own = await RecordAsync(session);

        Assert.That((shared.Cost, own.Cost), Is.EqualTo((Usd(3), Usd(2))));
    }

    [Test]
    public async Task The_requested_model_prices_a_usage_whose_own_model_has_no_price()
    {
        ledger.SetPrice("acme-1", 3, 15);
        var usage = ledger.Usage(ledger.StartSession(), model: "proxy-7", tokens: Million) with { RequestModel = "acme-1" };

        await ledger.AcceptAsync(usage);

        Assert.That((ledger.Record.Model, ledger.Record.Cost, ledger.Record.CostSource), Is.EqualTo(("acme-1", Usd(3), CostSource.Catalogue)));
    }

    [Test]
    public async Task The_requested_model_is_ignored_beside_a_price_or_a_stated_cost_or_without_a_price_itself()
    {
        ledger.SetPrice("acme-1", 3, 15);
        ledger.SetPrice("acme-2", 4, 20);
        var session = ledger.StartSession();

        await ledger.AcceptAsync(ledger.Usage(session, model: "acme-2", tokens: Million) with { RequestModel = "acme-1" });
        await ledger.AcceptAsync(ledger.Usage(session, 7, "proxy-7", tokens: Million) with { RequestModel = "acme-1" });
        await ledger.AcceptAsync(ledger.Usage(session, model: "proxy-7", tokens: Million) with { RequestModel = "proxy-8" });

        Assert.That(
            ledger.Records.Select(record => (record.Model, record.Cost)),
            Is.EqualTo(new[] { ("acme-2", Usd(4)), ("proxy-7", Usd(7)), ("proxy-7", Usd(10)) }));
    }

    [Test]
    public async Task A_price_without_a_needed_rate_makes_an_estimate_and_contradicts_no_stated_cost()
    {
        ledger.SetPrice("acme-1", 3, 15);
        var session = ledger.StartSession(model: "acme-1");

        var calculated = await RecordAsync(session, tokens: new(0, 0, 1_000_000));
        var stated = await RecordAsync(session, usd: 1, tokens: new(0, 0, 1_000_000));

        Assert.That((calculated.IsEstimated, calculated.CostSource), Is.EqualTo((true, CostSource.Catalogue)));
        Assert.That((stated.Price, stated.IsEstimated), Is.EqualTo(((LedgerPrice?)null, false)));
    }

    [TestCase(true, 3.000000001, false)]
    [TestCase(true, 3.0, true)]
    [TestCase(false, 3.000000001, true)]
    public async Task A_price_of_tokens_alone_contradicts_no_stated_cost_that_may_include_more(bool mayCostMore, double usd, bool isCompared)
    {
        ledger.SetPrice("acme-1", 3, 15);
        var usage = ledger.Usage(ledger.StartSession(), (decimal)usd, "acme-1", tokens: Million);

        await ledger.AcceptAsync(usage with { Telemetry = new(mayCostMore, null, "", null, [], []) });

        Assert.That(ledger.Record.Price is not null, Is.EqualTo(isCompared));
    }

    [Test]
    public void The_entry_of_a_command_has_its_values_and_defaults()
    {
        var reservation = Guid.NewGuid();
        var command = new RecordUsageCommand(5, 1, 2, 3, 4, 1, true, Usd(6), "acme-1", reservation, Noon.AddHours(-1), "failed", Billing.Subscription, null);

        var full = UsageEntry.Of(command, Noon, Key("a"));
        var least = UsageEntry.Of(command with { CacheReadTokens = null, CacheWriteTokens = null, LongCacheWriteTokens = null, OccurredAt = null }, Noon, null);

        Assert.That(full, Is.EqualTo(new UsageEntry(
            full.RecordId, 5, new(new(1, 2, 3, 4), 1, true), Usd(6), "acme-1", reservation, Noon.AddHours(-1), "failed", Billing.Subscription, Noon, full.Idempotency)));
        Assert.That((least.Tokens, least.OccurredAt), Is.EqualTo((new BilledTokens(new(1, 2), 0, true), Noon)));
    }

    private async Task<LedgerRecord> RecordAsync(
        long session, decimal? usd = null, string? model = null, Guid? reservation = null, TokenCounts? tokens = null, DateTimeOffset? at = null)
    {
        await ledger.AcceptAsync(ledger.Usage(session, usd, model, reservation, at, tokens ?? Million));
        return ledger.Records.Last();
    }
}
