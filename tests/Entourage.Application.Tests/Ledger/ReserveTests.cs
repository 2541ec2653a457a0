using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

internal sealed class ReserveTests
{
    private static readonly Money Nano = new(1);

    private readonly TestLedger ledger = new();

    [Test]
    public async Task A_reservation_is_granted_to_the_last_nano_dollar_and_not_one_more()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5) });
        await ledger.SpendAsync(session, 2);
        await ledger.ReserveAsync(session, 1);

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(session, 2.000000001m));
        var granted = await ledger.ReserveAsync(session, 2);
        var full = await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(session, 0));

        Assert.That((refusal.Reservable, refusal.Tightest.Remaining), Is.EqualTo((Usd(2), (MoneyTotal?)Usd(2))));
        Assert.That((granted.AmountUsd, granted.Budget.DailyRemainingUsd, granted.Budget.Stop), Is.EqualTo((Usd(2), (MoneyTotal?)MoneyTotal.Zero, true)));
        Assert.That(full.Reservable, Is.EqualTo(Money.Zero));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(2), Usd(3))));
    }

    [Test]
    public async Task Many_reservations_in_one_transaction_are_granted_what_there_is_and_not_a_cent_more()
    {
        var session = ledger.StartSession(new() { Daily = Usd(10) });

        var outcomes = await ledger.RunAsync([.. Enumerable.Range(0, 150).Select(_ => ledger.Reserve(session, 0.07m))]);

        Assert.That(outcomes.Count(outcome => outcome.Refusal is null), Is.EqualTo(142));
        Assert.That(ledger.TeamDay(session).Reserved, Is.EqualTo((MoneyTotal)Usd(9.94m)));
    }

    [TestCase("organisation day", BudgetScope.Organisation, BudgetPeriod.Day)]
    [TestCase("organisation month", BudgetScope.Organisation, BudgetPeriod.Month)]
    [TestCase("team day", BudgetScope.Team, BudgetPeriod.Day)]
    [TestCase("team week", BudgetScope.Team, BudgetPeriod.Week)]
    [TestCase("team month", BudgetScope.Team, BudgetPeriod.Month)]
    [TestCase("agent day", BudgetScope.Agent, BudgetPeriod.Day)]
    [TestCase("task", BudgetScope.Task, BudgetPeriod.Total)]
    [TestCase("session", BudgetScope.Session, BudgetPeriod.Total)]
    public async Task Where_one_budget_has_too_little_it_takes_from_none(string cap, BudgetScope scope, BudgetPeriod period)
    {
        Money? Cap(string name) => name == cap ? Usd(1) : Usd(40);
        ledger.OrganisationLimits = new() { Daily = Cap("organisation day"), Monthly = Cap("organisation month") };
        var parent = ledger.StartSession(
            new() { Daily = Cap("team day"), Weekly = Cap("team week"), Monthly = Cap("team month"), AgentDaily = Cap("agent day"), Session = Cap("session") });
        var child = ledger.AddSession(ledger.AgentOf(parent), parent, task: new(7, Cap("task"), default));

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(child, 1.000000001m));

        Assert.That((refusal.Tightest.Budget.Window.Scope, refusal.Tightest.Budget.Window.Period, refusal.Reservable), Is.EqualTo((scope, period, Usd(1))));
        Assert.That(ledger.Store.Counters, Is.Empty);
        Assert.That((await ledger.ReserveAsync(child, 1)).AmountUsd, Is.EqualTo(Usd(1)));
        Assert.That(ledger.Store.Counters.Values, Is.All.EqualTo(new Spending(Money.Zero, Usd(1))));
        Assert.That(ledger.Store.Counters, Has.Count.EqualTo(9));
    }

    [Test]
    public async Task An_observing_budget_refuses_no_reservation()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1), Enforcement = Enforcement.Observe });

        Assert.That((await ledger.ReserveAsync(session, 5)).AmountUsd, Is.EqualTo(Usd(5)));
    }

    [Test]
    public async Task The_response_and_the_row_have_the_reservations_values()
    {
        var session = ledger.StartSession();
        var entry = ledger.Reserve(session, 0.5m, seconds: 90);

        var response = await ledger.AcceptAsync(entry);

        Assert.That(
            (response.Id, response.SessionId, response.AmountUsd, response.CreatedAt, response.ExpiresAt, response.Budget.ReservedUsd),
            Is.EqualTo((entry.ReservationId, session, Usd(0.5m), Noon, Noon.AddSeconds(90), (MoneyTotal)Usd(0.5m))));
        Assert.That(ledger.Reservation(entry.ReservationId), Is.EqualTo(new Reservation
        {
            Id = entry.ReservationId,
            SessionId = session,
            OrganisationId = ledger.OrganisationId,
            Amount = Usd(0.5m),
            CreatedAt = Noon,
            ExpiresAt = Noon.AddSeconds(90),
        }));
    }

    [Test]
    public async Task The_next_usage_shows_the_reservation_of_its_session()
    {
        var session = ledger.StartSession();

        var outcomes = await ledger.RunAsync(ledger.Reserve(session, 0.5m), ledger.Usage(session, 1));

        Assert.That(((Sessions.UsageResponse)outcomes[1].Response!).ReservedUsd, Is.EqualTo((MoneyTotal)Usd(0.5m)));
    }

    [Test]
    public async Task A_session_that_has_ended_reserves_nothing()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(new EndSessionEntry(session, false, null, Noon));

        var refusal = await ledger.RefuseAsync<RuleViolationException>(ledger.Reserve(session, 1));

        Assert.That((refusal.Code, refusal.Message), Is.EqualTo(("session-ended", $"Session {session} has ended.")));
    }

    [Test]
    public async Task An_unknown_session_reserves_nothing() => await ledger.RefuseAsync<NotFoundException>(ledger.Reserve(99, 1));

    [TestCase(PauseScope.Agent)]
    [TestCase(PauseScope.Team)]
    [TestCase(PauseScope.Organisation)]
    public async Task Paused_work_reserves_nothing(PauseScope scope)
    {
        var session = ledger.StartSession();
        var id = scope switch { PauseScope.Agent => ledger.AgentOf(session), PauseScope.Team => ledger.TeamOf(session), _ => ledger.OrganisationId };
        ledger.Pause(scope, id, Noon.AddMinutes(1));

        var refusal = await ledger.RefuseAsync<ConflictException>(ledger.Reserve(session, 1));
        ledger.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.That(refusal.Code, Is.EqualTo("paused"));
        Assert.That((await ledger.ReserveAsync(session, 1)).AmountUsd, Is.EqualTo(Usd(1)));
    }

    [Test]
    public async Task A_reservation_that_reaches_beyond_midnight_needs_room_on_both_days()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5) });
        ledger.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromMinutes(4));
        await ledger.SpendAsync(session, 4, at: ledger.Now.AddMinutes(4));

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(session, 2, seconds: 241));
        var granted = await ledger.ReserveAsync(session, 2, seconds: 240);

        Assert.That(refusal.Tightest.Budget.Window.Start, Is.EqualTo(new DateOnly(2026, 3, 5)));
        Assert.That(granted.Budget.ReservedUsd, Is.EqualTo((MoneyTotal)Usd(2)));
        Assert.That(ledger.TeamDay(session, ledger.Now.AddMinutes(4)), Is.EqualTo(new Spending(Usd(4), Money.Zero)));
    }

    [Test]
    public async Task An_estimate_above_the_operators_bound_is_refused()
    {
        var session = ledger.StartSession();
        ledger.Rules = ledger.Rules with { Bounds = new() { MaxCost = Usd(10) } };

        var refusal = await ledger.RefuseAsync<RuleViolationException>(ledger.Reserve(session, 10.000000001m));

        Assert.That(refusal.Field, Is.EqualTo("EstimatedCostUsd"));
        Assert.That((await ledger.ReserveAsync(session, 10)).AmountUsd, Is.EqualTo(Usd(10)));
    }

    [Test]
    public async Task The_tokens_of_a_call_are_reserved_at_the_price_of_its_model()
    {
        ledger.SetPrice("acme-1", 3, 15);
        ledger.SetPrice("acme-2", 4, 20);
        var session = ledger.StartSession(model: "acme-1");

        var named = await ledger.AcceptAsync(OfTokens(session, "acme-2"));
        var ofSession = await ledger.AcceptAsync(OfTokens(session, null));

        Assert.That((named.AmountUsd, ofSession.AmountUsd), Is.EqualTo((Usd(4), Usd(3))));
        Assert.That(ledger.Reservation(named.Id).IsAssumed, Is.False);
    }

    [Test]
    public async Task The_highest_price_that_may_apply_until_it_expires_is_reserved()
    {
        ledger.SetPrice("acme-1", 3, 15);
        ledger.SetPrice("acme-1", 9, 15, from: Noon.AddMinutes(6));
        ledger.SetPrice("acme-1", 1, 15, from: Noon.AddMinutes(6).AddTicks(1));
        var session = ledger.StartSession(model: "acme-1");

        var shorter = await ledger.AcceptAsync(OfTokens(session, null, TimeSpan.FromMinutes(1) - TimeSpan.FromTicks(1)));
        var longer = await ledger.AcceptAsync(OfTokens(session, null, TimeSpan.FromMinutes(1)));

        Assert.That((shorter.AmountUsd, longer.AmountUsd), Is.EqualTo((Usd(3), Usd(9))));
    }

    [Test]
    public async Task Tokens_of_a_model_without_a_price_are_reserved_at_the_assumed_rates()
    {
        var session = ledger.StartSession();

        var (named, unnamed) = (await ledger.AcceptAsync(OfTokens(session, "acme-1")), await ledger.AcceptAsync(OfTokens(session, null)));

        Assert.That((named.AmountUsd, unnamed.AmountUsd), Is.EqualTo((Usd(10), Usd(10))));
        Assert.That(ledger.Reservation(named.Id).IsAssumed, Is.True);
    }

    [Test]
    public async Task A_team_that_records_reserves_a_stated_cost_but_no_tokens_without_a_price()
    {
        var session = ledger.StartSession(new() { UnpricedModels = UnpricedModelRule.Record }, model: "acme-1");

        var refusal = await ledger.RefuseAsync<RuleViolationException>(OfTokens(session, null));

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("unpriced-model", "Model")));
        Assert.That(refusal.Message, Is.EqualTo("The model 'acme-1' has no price. Send 'estimated_cost_usd' instead of token counts."));
        Assert.That((await ledger.ReserveAsync(session, 1)).AmountUsd, Is.EqualTo(Usd(1)));
    }

    [Test]
    public async Task A_team_that_refuses_models_without_a_price_reserves_nothing_for_them()
    {
        ledger.SetPrice("acme-2", 4, 20);
        var session = ledger.StartSession(new() { UnpricedModels = UnpricedModelRule.Refuse }, model: "acme-1");
        var nameless = ledger.AddSession(ledger.AgentOf(session));

        var refusal = await ledger.RefuseAsync<RuleViolationException>(ledger.Reserve(session, 1));
        var priced = await ledger.AcceptAsync(OfTokens(session, "acme-2"));
        var ofNameless = await ledger.ReserveAsync(nameless, 1);
        var unpriced = await ledger.RefuseAsync<RuleViolationException>(OfTokens(nameless, null));

        Assert.That(refusal.Message, Is.EqualTo("The model 'acme-1' has no price, and the team refuses models without a price. Ask an admin to set a price for it."));
        Assert.That((priced.AmountUsd, ofNameless.AmountUsd), Is.EqualTo((Usd(4), Usd(1))));
        Assert.That(unpriced.Message, Does.StartWith("Neither the request nor the session names a model."));
    }

    [Test]
    public async Task A_raised_limit_applies_from_the_next_reservation_on()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(session, 2));

        ledger.Store.Teams[ledger.TeamOf(session)] = ledger.Store.Teams[ledger.TeamOf(session)] with { Limits = new() { Daily = Usd(2) } };

        Assert.That((await ledger.ReserveAsync(session, 2)).AmountUsd, Is.EqualTo(Usd(2)));
        Assert.That((await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(session, 0.000000001m))).Tightest.Remaining + Nano, Is.EqualTo((MoneyTotal?)Nano));
    }

    private static ReserveEntry OfTokens(long session, string? model, TimeSpan? ttl = null) =>
        new(Guid.NewGuid(), session, new(null, model, new TokenBound(1_000_000, 0, 0, 0)), ttl ?? TimeSpan.FromMinutes(1), Noon, null);
}
