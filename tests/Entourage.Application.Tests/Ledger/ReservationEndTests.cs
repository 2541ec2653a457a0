using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Extension, release and expiry of reservations.</summary>
internal sealed class ReservationEndTests
{
    private readonly TestLedger ledger = new();

    [Test]
    public async Task An_extended_reservation_expires_later_and_keeps_its_amount()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var held = await ledger.ReserveAsync(session, 1, seconds: 60);
        ledger.Time.Advance(TimeSpan.FromSeconds(59));

        var response = await ledger.AcceptAsync(Extend(held.Id, 120));

        Assert.That(
            (response.Id, response.AmountUsd, response.CreatedAt, response.ExpiresAt, response.Budget.ReservedUsd),
            Is.EqualTo((held.Id, Usd(1), Noon, ledger.Now.AddSeconds(120), (MoneyTotal)Usd(1))));
        Assert.That(ledger.Reservation(held.Id).ExpiresAt, Is.EqualTo(ledger.Now.AddSeconds(120)));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Money.Zero, Usd(1))));
    }

    [Test]
    public async Task An_extension_never_shortens_and_then_writes_nothing()
    {
        var held = await ledger.ReserveAsync(ledger.StartSession(), 1, seconds: 60);
        ledger.Store.Calls.Clear();

        var response = await ledger.AcceptAsync(Extend(held.Id, 10));

        Assert.That(response.ExpiresAt, Is.EqualTo(Noon.AddSeconds(60)));
        Assert.That(ledger.Store.Calls, Does.Not.Contain("SaveAsync"));
    }

    [Test]
    public async Task An_extension_into_the_next_day_reserves_there_as_well()
    {
        ledger.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromMinutes(1));
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var tomorrow = ledger.Now.AddMinutes(1);
        var held = await ledger.ReserveAsync(session, 1, seconds: 30);

        await ledger.AcceptAsync(Extend(held.Id, 61));
        var reserved = (ledger.TeamDay(session).Reserved, ledger.TeamDay(session, tomorrow).Reserved);
        await ledger.AcceptAsync(new ReleaseEntry(held.Id, ledger.Now));

        Assert.That(reserved, Is.EqualTo(((MoneyTotal)Usd(1), (MoneyTotal)Usd(1))));
        Assert.That((ledger.TeamDay(session), ledger.TeamDay(session, tomorrow)), Is.EqualTo((default(Spending), default(Spending))));
    }

    [Test]
    public async Task An_extension_is_refused_where_the_next_day_has_too_little_left()
    {
        ledger.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromMinutes(1));
        var session = ledger.StartSession(new() { Daily = Usd(5) });
        await ledger.SpendAsync(session, 4.000000001m, at: ledger.Now.AddMinutes(2));
        var held = await ledger.ReserveAsync(session, 1, seconds: 30);

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(Extend(held.Id, 61));

        Assert.That((refusal.Reservable, refusal.Tightest.Budget.Window.Start), Is.EqualTo((Usd(0.999999999m), new DateOnly(2026, 3, 5))));
        Assert.That(ledger.Reservation(held.Id).ExpiresAt, Is.EqualTo(held.ExpiresAt));
        Assert.That((await ledger.AcceptAsync(Extend(held.Id, 60))).ExpiresAt, Is.EqualTo(ledger.Now.AddSeconds(60)));
    }

    [Test]
    public async Task An_exhausted_day_refuses_no_extension_within_it()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var held = await ledger.ReserveAsync(session, 1, seconds: 60);
        await ledger.SpendAsync(session, 3);

        Assert.That((await ledger.AcceptAsync(Extend(held.Id, 90))).ExpiresAt, Is.EqualTo(Noon.AddSeconds(90)));
    }

    [Test]
    public async Task A_paused_agents_reservation_is_not_extended()
    {
        var session = ledger.StartSession();
        var held = await ledger.ReserveAsync(session, 1, seconds: 60);
        ledger.Pause(PauseScope.Agent, ledger.AgentOf(session));

        var refusal = await ledger.RefuseAsync<ConflictException>(Extend(held.Id, 90));

        Assert.That(refusal.Code, Is.EqualTo("paused"));
        Assert.That(ledger.Reservation(held.Id).ExpiresAt, Is.EqualTo(Noon.AddSeconds(60)));
    }

    [Test]
    public async Task A_reservation_that_has_ended_is_not_extended()
    {
        var session = ledger.StartSession();
        var (released, expired) = (await ledger.ReserveAsync(session, 1), await ledger.ReserveAsync(session, 1, seconds: 10));
        await ledger.AcceptAsync(new ReleaseEntry(released.Id, Noon));
        ledger.Time.Advance(TimeSpan.FromSeconds(10));

        var ofReleased = await ledger.RefuseAsync<RuleViolationException>(Extend(released.Id, 90));
        var ofExpired = await ledger.RefuseAsync<RuleViolationException>(Extend(expired.Id, 90));

        Assert.That((ofReleased.Code, ofExpired.Code), Is.EqualTo(("reservation-ended", "reservation-ended")));
    }

    [Test]
    public async Task An_unknown_reservation_is_neither_extended_nor_released()
    {
        await ledger.RefuseAsync<NotFoundException>(Extend(Guid.NewGuid(), 90));
        await ledger.RefuseAsync<NotFoundException>(new ReleaseEntry(Guid.NewGuid(), Noon));
    }

    [Test]
    public async Task A_release_returns_the_amount_once()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var held = await ledger.ReserveAsync(session, 1);

        var first = await ledger.AcceptAsync(new ReleaseEntry(held.Id, Noon.AddSeconds(1)));
        var second = await ledger.AcceptAsync(new ReleaseEntry(held.Id, Noon.AddSeconds(2)));

        Assert.That((first, second), Is.EqualTo((true, false)));
        Assert.That(
            (ledger.Reservation(held.Id).Status, ledger.Reservation(held.Id).EndedAt),
            Is.EqualTo((ReservationStatus.Released, (DateTimeOffset?)Noon.AddSeconds(1))));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(default(Spending)));
    }

    [Test]
    public async Task Of_many_who_end_a_reservation_in_one_transaction_one_does()
    {
        var session = ledger.StartSession();
        var held = await ledger.ReserveAsync(session, 1);

        var outcomes = await ledger.RunAsync(
            new ReleaseEntry(held.Id, Noon),
            ledger.Usage(session, 0.5m, reservation: held.Id),
            new ReleaseEntry(held.Id, Noon),
            new EndSessionEntry(session, false, null, Noon));

        Assert.That(outcomes.Select(outcome => outcome.Refusal), Is.All.Null);
        Assert.That((outcomes[0].Response, outcomes[2].Response), Is.EqualTo(((object)true, (object)false)));
        Assert.That(ledger.Reservation(held.Id).Status, Is.EqualTo(ReservationStatus.Released));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(0.5m), Money.Zero)));
    }

    [Test]
    public async Task A_release_shares_a_transaction_with_the_usage_of_another_session()
    {
        var (one, other) = (ledger.StartSession(), ledger.StartSession());
        var held = await ledger.ReserveAsync(one, 1);
        await ledger.SpendAsync(one, 2);

        await ledger.RunAsync(ledger.Usage(other, 1), new ReleaseEntry(held.Id, Noon));

        Assert.That(ledger.TeamDay(one), Is.EqualTo(new Spending(Usd(2), Money.Zero)));
    }

    [Test]
    public async Task A_reservation_of_a_replica_that_died_expires_with_the_next_transaction_of_its_organisation()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var held = await ledger.ReserveAsync(session, 1, seconds: 60);
        var neighbour = ledger.AddSession(ledger.AddAgent(ledger.TeamOf(session)));
        ledger.Time.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1));
        await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(neighbour, 1));
        ledger.Time.Advance(TimeSpan.FromSeconds(5));

        await ledger.ReserveAsync(neighbour, 1);

        Assert.That(
            (ledger.Reservation(held.Id).Status, ledger.Reservation(held.Id).EndedAt),
            Is.EqualTo((ReservationStatus.Expired, (DateTimeOffset?)Noon.AddSeconds(60))));
        Assert.That(ledger.TeamDay(session).Reserved, Is.EqualTo((MoneyTotal)Usd(1)));
        Assert.That(ledger.SpendingOf(session, BudgetScope.Session, BudgetPeriod.Total), Is.EqualTo(default(Spending)));
    }

    [Test]
    public async Task Expiry_returns_the_amount_to_windows_that_no_entry_of_the_transaction_concerns()
    {
        ledger.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromMinutes(1));
        var session = ledger.StartSession();
        var today = ledger.Now;
        await ledger.ReserveAsync(session, 1, seconds: 120);
        ledger.Time.Advance(TimeSpan.FromDays(40));

        await ledger.SpendAsync(session, 1);

        Assert.That((ledger.TeamDay(session, today), ledger.TeamDay(session, today.AddMinutes(1))), Is.EqualTo((default(Spending), default(Spending))));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(1), Money.Zero)));
    }

    [Test]
    public async Task Another_organisations_expired_reservation_is_left_to_it()
    {
        var session = ledger.StartSession();
        var held = await ledger.ReserveAsync(session, 1, seconds: 60);
        var other = Guid.NewGuid();
        ledger.Store.Organisations.Add(other, new(other));
        var stranger = ledger.AddSession(ledger.AddAgent(ledger.AddTeam(organisationId: other)));
        ledger.Time.Advance(TimeSpan.FromSeconds(61));

        await ledger.SpendAsync(stranger, 1);

        Assert.That(ledger.Reservation(held.Id).Status, Is.EqualTo(ReservationStatus.Live));
    }

    [Test]
    public async Task The_latest_entry_of_a_transaction_decides_which_reservations_have_expired()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        await ledger.ReserveAsync(session, 1, seconds: 60);
        var early = ledger.Reserve(session, 1);
        ledger.Time.Advance(TimeSpan.FromSeconds(60));

        var outcomes = await ledger.RunAsync(early, ledger.Usage(session, 0));

        Assert.That(outcomes[0].Refusal, Is.Null);
    }

    private ExtendEntry Extend(Guid id, int seconds) => new(id, TimeSpan.FromSeconds(seconds), ledger.Now, null);
}
