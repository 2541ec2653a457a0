using Entourage.Domain;
using Entourage.Domain.Budgets;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

internal sealed class UsageReservationTests
{
    private readonly TestLedger ledger = new();

    [Test]
    public async Task A_usage_takes_the_place_of_its_reservation_and_the_difference_returns()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var held = await ledger.ReserveAsync(session, 1);
        ledger.Time.Advance(TimeSpan.FromSeconds(1));

        var response = await ledger.SpendAsync(session, 0.6m, held.Id);

        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(0.6m), Money.Zero)));
        Assert.That((response.OverrunUsd, response.ReservedUsd, response.Stop), Is.EqualTo((Money.Zero, MoneyTotal.Zero, false)));
        var stored = ledger.Reservation(held.Id);
        Assert.That((stored.Status, stored.EndedAt), Is.EqualTo((ReservationStatus.Committed, (DateTimeOffset?)ledger.Now)));
        Assert.That(ledger.Record.Entry.ReservationId, Is.EqualTo(held.Id));
    }

    [Test]
    public async Task What_goes_beyond_its_reservation_is_an_overrun_though_the_budget_has_more()
    {
        var session = ledger.StartSession(new() { Daily = Usd(10) });
        var held = await ledger.ReserveAsync(session, 1);

        var response = await ledger.SpendAsync(session, 1.5m, held.Id);

        Assert.That(response.OverrunUsd, Is.EqualTo(Usd(0.5m)));
        Assert.That(ledger.Record.Overrun, Is.EqualTo(Usd(0.5m)));
    }

    [Test]
    public async Task Without_a_reservation_what_goes_beyond_the_cap_is_an_overrun()
    {
        var session = ledger.StartSession(new() { Daily = Usd(10), Weekly = Usd(8) });
        await ledger.ReserveAsync(session, 3);

        var response = await ledger.SpendAsync(session, 6);

        Assert.That(response.OverrunUsd, Is.EqualTo(Usd(1)));
    }

    [Test]
    public async Task A_reservation_grants_nothing_in_a_window_that_it_does_not_take_from()
    {
        var session = ledger.StartSession(new() { Daily = Usd(2) });
        var held = await ledger.ReserveAsync(session, 1);
        await ledger.SpendAsync(session, 1.8m, at: Noon.AddDays(-1));

        var response = await ledger.SpendAsync(session, 0.5m, held.Id, Noon.AddDays(-1));

        Assert.That(response.OverrunUsd, Is.EqualTo(Usd(0.3m)));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(MoneyTotal.Zero, Money.Zero)));
    }

    [Test]
    public async Task A_usage_that_names_a_reservation_which_was_committed_is_recorded_as_if_it_named_none()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var held = await ledger.ReserveAsync(session, 1);
        await ledger.SpendAsync(session, 0.6m, held.Id);

        var response = await ledger.SpendAsync(session, 0.6m, held.Id);

        Assert.That(response.OverrunUsd, Is.EqualTo(Usd(0.2m)));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(1.2m), Money.Zero)));
        Assert.That(ledger.Reservation(held.Id).EndedAt, Is.EqualTo(Noon));
    }

    [Test]
    public async Task Of_two_usages_in_one_transaction_that_name_one_reservation_the_first_commits_it()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var held = await ledger.ReserveAsync(session, 1);

        await ledger.RunAsync(ledger.Usage(session, 0.6m, reservation: held.Id), ledger.Usage(session, 0.6m, reservation: held.Id));

        Assert.That(ledger.Records.Select(record => record.Overrun), Is.EqualTo(new[] { Money.Zero, Usd(0.2m) }));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(1.2m), Money.Zero)));
    }

    [Test]
    public async Task A_usage_that_names_a_reservation_that_has_expired_is_recorded_in_full_and_has_none()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var held = await ledger.ReserveAsync(session, 0.5m, seconds: 60);
        ledger.Time.Advance(TimeSpan.FromSeconds(60));

        var response = await ledger.SpendAsync(session, 0.8m, held.Id);

        Assert.That(response.OverrunUsd, Is.EqualTo(Money.Zero));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(0.8m), Money.Zero)));
        Assert.That(ledger.Reservation(held.Id).Status, Is.EqualTo(ReservationStatus.Expired));
    }

    [Test]
    public async Task A_usage_that_names_another_sessions_reservation_is_refused()
    {
        var session = ledger.StartSession();
        var other = ledger.AddSession(ledger.AgentOf(session));
        var held = await ledger.ReserveAsync(other, 1);

        var refusal = await ledger.RefuseAsync<RuleViolationException>(ledger.Usage(session, 1, reservation: held.Id));

        Assert.That(
            (refusal.Code, refusal.Field, refusal.Message),
            Is.EqualTo(("unknown-reservation", "ReservationId", $"Session {session} has no reservation {held.Id}.")));
        Assert.That(ledger.Reservation(held.Id).Status, Is.EqualTo(ReservationStatus.Live));
        Assert.That(ledger.Store.Records, Is.Empty);
    }

    [Test]
    public async Task A_usage_that_names_a_reservation_that_does_not_exist_is_refused()
    {
        var refusal = await ledger.RefuseAsync<RuleViolationException>(ledger.Usage(ledger.StartSession(), 1, reservation: Guid.NewGuid()));

        Assert.That(refusal.Code, Is.EqualTo("unknown-reservation"));
    }

    [Test]
    public async Task A_reservation_that_outlives_midnight_returns_to_both_days()
    {
        ledger.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromMinutes(1));
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var tomorrow = Noon.AddHours(13);
        var held = await ledger.ReserveAsync(session, 1);
        var reserved = (ledger.TeamDay(session).Reserved, ledger.TeamDay(session, tomorrow).Reserved);

        await ledger.SpendAsync(session, 0.25m, held.Id);

        Assert.That(reserved, Is.EqualTo(((MoneyTotal)Usd(1), (MoneyTotal)Usd(1))));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(0.25m), Money.Zero)));
        Assert.That(ledger.TeamDay(session, tomorrow), Is.EqualTo(default(Spending)));
    }
}
