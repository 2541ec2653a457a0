using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Prices that arrive after the usage. A usage has a million input tokens, so that a price's input rate is its cost.</summary>
internal sealed class RepriceTests
{
    private readonly TestLedger ledger = new();

    [Test]
    public async Task A_price_that_comes_corrects_every_total()
    {
        var session = await UseAsync(new());
        ledger.SetPrice("acme-1", 3, 15);

        Assert.That(await RepriceAsync(session), Is.True);

        var correction = ledger.Records.Last();
        Assert.That(
            (correction.Cost, correction.CostSource, correction.AssumedCost, correction.UnpricedTokens, correction.Corrects, correction.Overrun),
            Is.EqualTo((Usd(-7), CostSource.Catalogue, Usd(-10), 0L, (long?)1, Money.Zero)));
        Assert.That((correction.Price!.PriceId, correction.Model, correction.Entry.Tokens.Counts), Is.EqualTo((1L, "acme-1", default(TokenCounts))));
        Assert.That(ledger.Store.Counters.Values.Select(counter => counter.Spent), Is.All.EqualTo((MoneyTotal)Usd(3)));
        Assert.That((ledger.Session(session).Cost, ledger.Session(session).Tokens.Input), Is.EqualTo(((MoneyTotal)Usd(3), 1_000_000L)));
        Assert.That(ledger.Store.Rollups.Values.Single(), Is.EqualTo(new Domain.Costs.UsageSum(new(1_000_000, 0), 0, Usd(3), MoneyTotal.Zero, 0)));
    }

    [Test]
    public async Task A_price_that_is_set_lifts_the_cap_that_the_assumed_rates_closed()
    {
        var session = await UseAsync(new() { Daily = Usd(4) });
        Assert.That((await ledger.SpendAsync(session, 0)).Stop, Is.True);
        ledger.SetPrice("acme-1", 3, 15);

        await RepriceAsync(session);

        Assert.That((await ledger.SpendAsync(session, 0)).Stop, Is.False);
    }

    [Test]
    public async Task Unpriced_usage_gets_its_whole_cost()
    {
        var session = await UseAsync(new() { UnpricedModels = UnpricedModelRule.Record, Daily = Usd(1) });
        ledger.SetPrice("acme-1", 3, 15);

        Assert.That(await RepriceAsync(session), Is.True);

        var correction = ledger.Records.Last();
        Assert.That(
            (correction.Cost, correction.AssumedCost, correction.UnpricedTokens, correction.Overrun),
            Is.EqualTo((Usd(3), Money.Zero, -1_000_000L, Usd(2))));
        Assert.That(ledger.Store.Rollups.Values.Single().UnpricedTokens, Is.Zero);
    }

    [Test]
    public async Task A_correction_counts_when_the_usage_happened_and_is_no_call()
    {
        var session = await UseAsync(new());
        ledger.Time.Advance(TimeSpan.FromDays(1));
        ledger.SetPrice("acme-1", 3, 15);

        await RepriceAsync(session);

        Assert.That((ledger.TeamDay(session, Noon).Spent, ledger.TeamDay(session).Spent), Is.EqualTo(((MoneyTotal)Usd(3), MoneyTotal.Zero)));
        Assert.That((ledger.Records.Last().Entry.OccurredAt, ledger.Records.Last().Entry.Now), Is.EqualTo((Noon, ledger.Now)));
        Assert.That(ledger.Session(session).LastCallAt, Is.EqualTo(Noon));
    }

    [Test]
    public async Task Many_usages_are_priced_once_however_often_that_is_asked()
    {
        var session = await UseAsync(new());
        ledger.SetPrice("acme-1", 3, 15);

        var outcomes = await ledger.RunAsync(new RepriceEntry(session, 1, Noon), new RepriceEntry(session, 1, Noon));
        var later = await RepriceAsync(session);

        Assert.That(outcomes.Select(outcome => outcome.Response), Is.EqualTo(new object[] { true, false }));
        Assert.That(later, Is.False);
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo((MoneyTotal)Usd(3)));
    }

    [Test]
    public async Task Nothing_is_done_without_a_price_for_the_time_or_for_another_session()
    {
        var session = await UseAsync(new());
        var other = ledger.AddSession(ledger.AgentOf(session));
        var without = await RepriceAsync(session);
        ledger.SetPrice("acme-1", 3, 15, from: Noon.AddTicks(1));
        var tooLate = await RepriceAsync(session);
        ledger.SetPrice("acme-1", 3, 15);

        Assert.That((without, tooLate, await RepriceAsync(other)), Is.EqualTo((false, false, false)));
        Assert.That(await ledger.AcceptAsync(new RepriceEntry(session, 99, Noon)), Is.False);
        Assert.That(ledger.Store.Records, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Usage_with_a_price_of_its_own_is_not_priced_again()
    {
        ledger.SetPrice("acme-1", 3, 15);
        var session = await UseAsync(new());

        Assert.That(await RepriceAsync(session), Is.False);
    }

    [Test]
    public async Task A_subscriptions_usage_is_repriced_without_counting()
    {
        var session = ledger.StartSession(model: "acme-1");
        await ledger.AcceptAsync(ledger.Usage(session, tokens: new(1_000_000, 0), billing: Billing.Subscription));
        ledger.SetPrice("acme-1", 3, 15);

        await RepriceAsync(session);

        Assert.That((ledger.Session(session).ImputedCost, ledger.Session(session).Cost), Is.EqualTo(((MoneyTotal)Usd(3), MoneyTotal.Zero)));
        Assert.That(ledger.Store.Counters, Is.Empty);
    }

    [Test]
    public async Task A_late_price_that_exhausts_a_cap_kills_the_sessions_that_drew_on_it()
    {
        var session = await UseAsync(new() { UnpricedModels = UnpricedModelRule.Record, Daily = Usd(3), OnExceed = OnExceed.Kill });
        var team = ledger.TeamOf(session);
        var (spender, idle) = (ledger.AddSession(ledger.AddAgent(team)), ledger.AddSession(ledger.AddAgent(team)));
        await ledger.SpendAsync(spender, 1);
        ledger.SetPrice("acme-1", 2, 15);

        await RepriceAsync(session);

        Assert.That(
            new[] { session, spender, idle }.Select(StatusOf),
            Is.EqualTo(new[] { SessionStatus.Killed, SessionStatus.Killed, SessionStatus.Active }));
        Assert.That(ledger.Session(spender).State.Error, Is.EqualTo("budget_exceeded:team:day"));
        Assert.That(ledger.Store.Audited.Select(entry => entry.Actor), Is.All.EqualTo("entourage"));
        Assert.That(ledger.Store.Alerts.Values.Any(alert => alert.Kind == AlertKind.BudgetExceeded), Is.True);
    }

    [Test]
    public async Task A_correction_kills_no_session_where_the_cap_was_exhausted_before_or_is_not_now()
    {
        var session = await UseAsync(new() { UnpricedModels = UnpricedModelRule.Record, Daily = Usd(3), OnExceed = OnExceed.Stop });
        var team = ledger.TeamOf(session);
        await ledger.SpendAsync(session, 3);
        ledger.Store.Teams[team] = ledger.Store.Teams[team] with { Limits = ledger.Store.Teams[team].Limits with { OnExceed = OnExceed.Kill } };
        ledger.SetPrice("acme-1", 2, 15);

        await RepriceAsync(session);

        Assert.That(StatusOf(session), Is.EqualTo(SessionStatus.Active));
    }

    [Test]
    public async Task A_correction_of_a_past_day_kills_nothing_today()
    {
        var session = await UseAsync(new() { UnpricedModels = UnpricedModelRule.Record, Daily = Usd(1), OnExceed = OnExceed.Kill });
        ledger.Time.Advance(TimeSpan.FromDays(1));
        ledger.SetPrice("acme-1", 2, 15);

        await RepriceAsync(session);

        Assert.That(StatusOf(session), Is.EqualTo(SessionStatus.Active));
    }

    [Test]
    public async Task An_organisations_cap_kills_in_all_teams_that_want_it()
    {
        ledger.OrganisationLimits = new() { Daily = Usd(5) };
        var limits = new TeamLimits { UnpricedModels = UnpricedModelRule.Record, OnExceed = OnExceed.Kill, Daily = Usd(3) };
        var session = await UseAsync(limits);
        var (killing, stopping) = (ledger.StartSession(limits), ledger.StartSession());
        await ledger.SpendAsync(killing, 1);
        await ledger.SpendAsync(stopping, 1);
        ledger.SetPrice("acme-1", 3, 15);

        await RepriceAsync(session);

        Assert.That(
            new[] { session, killing, stopping }.Select(StatusOf),
            Is.EqualTo(new[] { SessionStatus.Killed, SessionStatus.Killed, SessionStatus.Active }));
        Assert.That(ledger.Session(killing).State.Error, Is.EqualTo("budget_exceeded:organisation:day"));
    }

    [Test]
    public async Task A_teams_cap_kills_in_that_team_alone()
    {
        var limits = new TeamLimits { UnpricedModels = UnpricedModelRule.Record, OnExceed = OnExceed.Kill, Daily = Usd(3) };
        var session = await UseAsync(limits);
        var other = ledger.StartSession(limits);
        await ledger.SpendAsync(other, 1);
        ledger.SetPrice("acme-1", 3, 15);

        await RepriceAsync(session);

        Assert.That((StatusOf(session), StatusOf(other)), Is.EqualTo((SessionStatus.Killed, SessionStatus.Active)));
        Assert.That(ledger.Store.Calls, Does.Not.Contain("FindTeamsAsync"));
    }

    [Test]
    public async Task A_late_price_that_exhausts_a_sessions_cap_kills_its_whole_tree()
    {
        var top = await UseAsync(new() { UnpricedModels = UnpricedModelRule.Record, Session = Usd(3), OnExceed = OnExceed.Kill });
        var child = ledger.AddSession(ledger.AddAgent(ledger.TeamOf(top)), top);
        await ledger.SpendAsync(child, 1);
        ledger.SetPrice("acme-1", 2, 15);

        await RepriceAsync(top);

        Assert.That((StatusOf(top), StatusOf(child)), Is.EqualTo((SessionStatus.Killed, SessionStatus.Killed)));
        Assert.That(ledger.Store.Audited, Has.Count.EqualTo(2));
    }

    [TestCase(3, 9, SessionStatus.Killed)]
    [TestCase(9, 3, SessionStatus.Active)]
    public async Task A_late_price_of_a_sub_agent_kills_the_session_above_by_the_sessions_cap_alone(int session, int daily, SessionStatus status)
    {
        var top = ledger.StartSession(
            new() { UnpricedModels = UnpricedModelRule.Record, Session = Usd(session), Daily = Usd(daily), OnExceed = OnExceed.Kill });
        var child = ledger.AddSession(ledger.AddAgent(ledger.TeamOf(top)), top, "acme-1");
        await ledger.AcceptAsync(ledger.Usage(child, tokens: new(1_000_000, 0)));
        ledger.SetPrice("acme-1", 3, 15);

        await RepriceAsync(child);

        Assert.That((StatusOf(top), StatusOf(child)), Is.EqualTo((status, SessionStatus.Killed)));
    }

    private async Task<long> UseAsync(TeamLimits limits)
    {
        var session = ledger.StartSession(limits, model: "acme-1");
        await ledger.AcceptAsync(ledger.Usage(session, tokens: new(1_000_000, 0)));
        return session;
    }

    private Task<bool> RepriceAsync(long session) => ledger.AcceptAsync(new RepriceEntry(session, 1, ledger.Now));

    private SessionStatus StatusOf(long session) => ledger.Session(session).State.Status;
}
