using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Calls through the gateway: their reservations are held until they are settled, so that money that may have been spent is never given back.</summary>
internal sealed class GatewayCallTests
{
    private const string Model = "priced";

    private readonly TestLedger ledger = new();

    [SetUp]
    public void SetPrice() => ledger.SetPrice(Model, input: 1, output: 10);

    [Test]
    public async Task A_call_reserves_the_most_that_it_can_cost()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });

        var reserved = await ReserveAsync(session, input: 100_000, most: 50_000);

        Assert.That((reserved.MaxOutputTokens, reserved.AmountUsd), Is.EqualTo((50_000, Usd(0.6m))));
        Assert.That(ledger.TeamDay(session).Reserved, Is.EqualTo((MoneyTotal)Usd(0.6m)));
        Assert.That(ledger.Reservation(reserved.ReservationId).IsHeld, Is.True);
    }

    [TestCase(1, 89_999)]
    [TestCase(3, 29_999)]
    public async Task An_output_limit_that_does_not_fit_is_lowered_to_the_last_token_that_leaves_something(int choices, long lowered)
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });

        var reserved = await ReserveAsync(session, input: 100_000, most: 200_000, choices: choices);

        Assert.That((reserved.MaxOutputTokens, reserved.AmountUsd), Is.EqualTo((lowered, Usd(1) - Usd(0.00001m * choices))));
    }

    [Test]
    public async Task A_call_for_which_too_little_fits_is_refused_and_reserves_nothing()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(Reserve(session, input: 997_440, most: 1_000, least: 256));
        var fits = await ReserveAsync(session, input: 997_439, most: 1_000, least: 256);

        Assert.That(refusal.Reservable, Is.EqualTo(Usd(1)));
        Assert.That((fits.MaxOutputTokens, fits.AmountUsd), Is.EqualTo((256, Usd(0.999999m))));
    }

    [Test]
    public async Task A_call_without_output_is_never_lowered()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });

        await ledger.RefuseAsync<BudgetExceededException>(Reserve(session, input: 1_000_001, most: 0));

        Assert.That((await ReserveAsync(session, input: 1_000_000, most: 0)).AmountUsd, Is.EqualTo(Usd(1)));
    }

    [Test]
    public async Task A_call_of_a_subscription_reserves_nothing_even_without_money()
    {
        var session = ledger.StartSession(new() { Daily = Money.Zero });

        var reserved = await ledger.AcceptAsync(Reserve(session, 1_000, 1_000, billing: Billing.Subscription));
        await ledger.AcceptAsync(Settle(session, reserved, new(1_000, 100, 0, 0), billing: Billing.Subscription));

        Assert.That((reserved.MaxOutputTokens, reserved.AmountUsd), Is.EqualTo((1_000, Money.Zero)));
        Assert.That((ledger.Record.Sum.Cost, ledger.Record.Sum.ImputedCost), Is.EqualTo((MoneyTotal.Zero, (MoneyTotal)Usd(0.002m))));
    }

    [TestCase(UnpricedModelRule.Assume, 0.06)]
    [TestCase(UnpricedModelRule.Record, 0)]
    public async Task A_model_without_a_price_reserves_by_the_rule_of_its_team(UnpricedModelRule rule, decimal usd)
    {
        var session = ledger.StartSession(new() { Daily = Usd(1), UnpricedModels = rule });

        var reserved = await ledger.AcceptAsync(Reserve(session, 1_000, 1_000, model: "unlisted"));

        Assert.That(reserved.AmountUsd, Is.EqualTo(Usd(usd)));
    }

    [Test]
    public async Task A_settled_call_costs_what_was_used_and_returns_the_rest()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var reserved = await ReserveAsync(session, input: 100_000, most: 50_000);

        var settled = await ledger.AcceptAsync(Settle(session, reserved, new(80_000, 2_000, 0, 0), new("asked-for", "msg_1", IsEstimate: false)));

        Assert.That(settled, Is.True);
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(0.1m), Money.Zero)));
        Assert.That((ledger.Record.CostSource, ledger.Record.IsEstimated, ledger.Record.Entry.Call!.ResponseId), Is.EqualTo((CostSource.Catalogue, false, "msg_1")));
    }

    [Test]
    public async Task A_call_is_settled_once()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var reserved = await ReserveAsync(session, input: 1_000, most: 1_000);
        await ledger.AcceptAsync(Settle(session, reserved, new(1_000, 10, 0, 0)));

        var again = await ledger.AcceptAsync(Settle(session, reserved, new(1_000, 10, 0, 0)));
        ledger.Time.Advance(TimeSpan.FromDays(1));
        var charged = await ledger.AcceptAsync(SettleCallEntry.OfUnsettled(ledger.Reservation(reserved.ReservationId), ledger.Now));

        Assert.That((again, charged, ledger.Records.Count()), Is.EqualTo((false, false, 1)));
    }

    [Test]
    public async Task An_unsettled_call_holds_its_money_after_its_expiry_until_all_of_it_is_charged()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var reserved = await ReserveAsync(session, input: 100_000, most: 50_000);
        ledger.Time.Advance(TimeSpan.FromMinutes(61));

        await ledger.SpendAsync(session, 0.1m);
        var held = ledger.TeamDay(session);
        await ledger.AcceptAsync(SettleCallEntry.OfUnsettled(ledger.Reservation(reserved.ReservationId), ledger.Now));
        var late = await ledger.AcceptAsync(Settle(session, reserved, new(1, 1, 0, 0)));

        Assert.That(held, Is.EqualTo(new Spending(Usd(0.1m), Usd(0.6m))));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(0.7m), Money.Zero)));
        Assert.That((ledger.Records.Last().IsEstimated, ledger.Records.Last().Entry.OccurredAt, late), Is.EqualTo((true, Noon, false)));
    }

    [Test]
    public async Task Neither_the_end_of_its_session_nor_a_kill_or_a_pause_gives_the_money_of_a_call_back()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var (ended, killed) = (ledger.AddSession(ledger.AgentOf(session)), ledger.AddSession(ledger.AgentOf(session)));
        var calls = new List<(long Session, ReservedCall Call)>();
        foreach (var of in new[] { session, ended, killed })
        {
            calls.Add((of, await ReserveAsync(of, input: 100_000, most: 0)));
            await ledger.ReserveAsync(of, 0.01m);
        }

        await ledger.AcceptAsync(new EndSessionEntry(ended, Failed: false, null, ledger.Now));
        await ledger.AcceptAsync(new KillSessionEntry(killed, "enough", Lead, ledger.Now));
        await ledger.AcceptAsync(new PauseEntry(new(PauseScope.Agent, ledger.AgentOf(session), ledger.TeamOf(session), ledger.OrganisationId), "wait", null, Lead, ledger.Now));

        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Money.Zero, Usd(0.3m))));
        foreach (var (of, call) in calls)
        {
            Assert.That(await ledger.AcceptAsync(Settle(of, call, new(10_000, 0, 0, 0))), Is.True);
        }

        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(0.03m), Money.Zero)));
    }

    [Test]
    public async Task A_stopped_session_may_not_call()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(new KillSessionEntry(session, "enough", Lead, ledger.Now));
        var other = ledger.StartSession();
        await ledger.AcceptAsync(new PauseEntry(new(PauseScope.Agent, ledger.AgentOf(other), ledger.TeamOf(other), ledger.OrganisationId), "wait", null, Lead, ledger.Now));

        Assert.That((await ledger.RefuseAsync<RuleViolationException>(Reserve(session, 1, 1))).Code, Is.EqualTo("session-ended"));
        Assert.That((await ledger.RefuseAsync<ConflictException>(Reserve(other, 1, 1))).Code, Is.EqualTo("paused"));
    }

    [Test]
    public async Task An_agent_may_not_commit_extend_or_release_the_reservation_of_a_call()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var id = (await ReserveAsync(session, input: 100_000, most: 0)).ReservationId;

        await ledger.RefuseAsync<RuleViolationException>(ledger.Usage(session, usd: 0, reservation: id));
        await ledger.RefuseAsync<NotFoundException>(new ReleaseEntry(id, ledger.Now));
        await ledger.RefuseAsync<NotFoundException>(new ExtendEntry(id, TimeSpan.FromHours(1), ledger.Now, null));

        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Money.Zero, Usd(0.1m))));
        Assert.That(await ledger.AcceptAsync(new ReleaseEntry(id, ledger.Now) { IsOfGateway = true }), Is.True);
        Assert.That(ledger.TeamDay(session), Is.EqualTo(default(Spending)));
    }

    [Test]
    public async Task The_gateway_may_not_release_the_reservation_of_an_agent()
    {
        var own = await ledger.ReserveAsync(ledger.StartSession(), 1);

        await ledger.RefuseAsync<NotFoundException>(new ReleaseEntry(own.Id, ledger.Now) { IsOfGateway = true });

        Assert.That(ledger.Reservation(own.Id).EndedAt, Is.Null);
    }

    [Test]
    public async Task An_answer_of_an_unlisted_model_is_priced_as_the_model_that_was_sent()
    {
        var session = ledger.StartSession();
        var reserved = await ReserveAsync(session, input: 1_000, most: 100);

        await ledger.AcceptAsync(SettleCallEntry.Of(
            new(session, reserved.ReservationId, new(new(1_000, 100)), "priced-2026-01-01", new("expensive", null, IsEstimate: false) { SentModel = Model }, Billing.Api, Error: null),
            ledger.Now));

        Assert.That((ledger.Record.Cost, ledger.Record.CostSource), Is.EqualTo((Usd(0.002m), CostSource.Catalogue)));
    }

    private Task<ReservedCall> ReserveAsync(long session, long input, long most, long least = 1, int choices = 1) =>
        ledger.AcceptAsync(Reserve(session, input, most, least, choices));

    private ReserveCallEntry Reserve(
        long session, long input, long most, long least = 1, int choices = 1, string model = Model, Billing billing = Billing.Api) =>
        new(Guid.CreateVersion7(ledger.Now), new(session, model, input, most, least, choices, billing, TtlSeconds: 3_600), ledger.Now);

    private SettleCallEntry Settle(long session, ReservedCall call, TokenCounts tokens, GatewayCall? facts = null, Billing billing = Billing.Api) =>
        SettleCallEntry.Of(
            new(session, call.ReservationId, new BilledTokens(tokens), Model, facts ?? new(null, null, IsEstimate: false), billing, Error: null),
            ledger.Now);
}
