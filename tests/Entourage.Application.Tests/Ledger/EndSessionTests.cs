using System.Text.Json;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Sessions that their agent ends, and sessions that are abandoned.</summary>
internal sealed class EndSessionTests
{
    private readonly TestLedger ledger = new();

    [TestCase(false, null, SessionStatus.Completed)]
    [TestCase(true, "it broke", SessionStatus.Failed)]
    public async Task An_ended_session_shows_how_it_went(bool failed, string? error, SessionStatus status)
    {
        var session = ledger.StartSession();
        ledger.Time.Advance(TimeSpan.FromMinutes(3));

        var response = await ledger.AcceptAsync(new EndSessionEntry(session, failed, error, ledger.Now));

        Assert.That(
            (response.Status, response.Error, response.EndedAt, response.DurationMinutes),
            Is.EqualTo((status, error, (DateTimeOffset?)ledger.Now, 3L)));
        Assert.That(ledger.Session(session).State, Is.EqualTo(new SessionState(status, ledger.Now, error)));
    }

    [Test]
    public async Task Its_reservations_are_released_and_those_of_others_are_not()
    {
        var session = ledger.StartSession();
        var sibling = ledger.AddSession(ledger.AgentOf(session));
        var (one, two, other) = (await ledger.ReserveAsync(session, 1), await ledger.ReserveAsync(session, 2), await ledger.ReserveAsync(sibling, 4));

        var response = await ledger.AcceptAsync(new EndSessionEntry(session, false, null, Noon));

        Assert.That(
            new[] { one, two, other }.Select(held => ledger.Reservation(held.Id).Status),
            Is.EqualTo(new[] { ReservationStatus.Released, ReservationStatus.Released, ReservationStatus.Live }));
        Assert.That(response.ReservedUsd, Is.EqualTo(MoneyTotal.Zero));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Money.Zero, Usd(4))));
    }

    [Test]
    public async Task A_reservation_of_the_same_transaction_is_released_too()
    {
        var session = ledger.StartSession();
        var entry = ledger.Reserve(session, 1);

        await ledger.RunAsync(entry, new EndSessionEntry(session, false, null, Noon));

        Assert.That(ledger.Reservation(entry.ReservationId).Status, Is.EqualTo(ReservationStatus.Released));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(default(Spending)));
    }

    [Test]
    public async Task A_reservation_of_past_windows_returns_to_them()
    {
        ledger.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromMinutes(1));
        var (session, today) = (ledger.StartSession(), ledger.Now);
        await ledger.ReserveAsync(session, 1, seconds: 3_600);
        await ledger.SpendAsync(session, 2);
        ledger.Time.Advance(TimeSpan.FromMinutes(10));

        await ledger.AcceptAsync(new EndSessionEntry(session, false, null, ledger.Now));

        Assert.That(ledger.TeamDay(session, today), Is.EqualTo(new Spending(Usd(2), Money.Zero)));
    }

    [Test]
    public async Task The_end_of_a_session_is_an_event()
    {
        var session = ledger.StartSession();

        await ledger.AcceptAsync(new EndSessionEntry(session, false, null, Noon));

        var told = ledger.Store.Events.Single();
        Assert.That(
            (told.Kind, told.TeamId, told.AgentId, told.SessionId, told.OccurredAt),
            Is.EqualTo((EventKind.Session, ledger.TeamOf(session), (Guid?)ledger.AgentOf(session), (long?)session, Noon)));
        Assert.That(JsonDocument.Parse(told.Payload).RootElement.GetProperty("status").GetString(), Is.EqualTo("completed"));
    }

    [Test]
    public async Task A_session_that_has_ended_stays_as_it_is()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(new EndSessionEntry(session, true, "it broke", Noon));

        var response = await ledger.AcceptAsync(new EndSessionEntry(session, false, null, Noon.AddMinutes(1)));

        Assert.That((response.Status, response.Error, response.EndedAt), Is.EqualTo((SessionStatus.Failed, "it broke", (DateTimeOffset?)Noon)));
        Assert.That(ledger.Store.Events, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_unknown_session_cannot_be_ended() =>
        await ledger.RefuseAsync<NotFoundException>(new EndSessionEntry(99, false, null, Noon));

    [Test]
    public async Task A_session_that_is_silent_for_an_hour_is_abandoned_with_an_event_and_an_alert()
    {
        var session = ledger.StartSession();
        ledger.Time.Advance(TimeSpan.FromMinutes(60));

        var isAbandoned = await ledger.AcceptAsync(new AbandonEntry(session, false, ledger.Now));

        Assert.That(isAbandoned, Is.True);
        Assert.That(ledger.Session(session).State, Is.EqualTo(new SessionState(SessionStatus.Abandoned, ledger.Now, "No usage was reported for 60 minutes.")));
        var alert = ledger.Store.Alerts.Values.Single();
        Assert.That(
            (alert.Kind, alert.TeamId, alert.AgentId, alert.SessionId),
            Is.EqualTo((AlertKind.AbandonedSession, ledger.TeamOf(session), (Guid?)ledger.AgentOf(session), (long?)session)));
        Assert.That(ledger.Store.Events.Select(told => told.Kind), Is.EqualTo(new[] { EventKind.Session, EventKind.Alert }));
    }

    [Test]
    public async Task A_silent_session_that_telemetry_opened_is_completed_without_an_alert()
    {
        var session = ledger.StartSession();
        ledger.Time.Advance(TimeSpan.FromMinutes(60));

        var isAbandoned = await ledger.AcceptAsync(new AbandonEntry(session, true, ledger.Now));

        Assert.That(isAbandoned, Is.True);
        Assert.That(ledger.Session(session).State, Is.EqualTo(new SessionState(SessionStatus.Completed, ledger.Now, null)));
        Assert.That(ledger.Store.Alerts, Is.Empty);
        Assert.That(ledger.Store.Events.Single().Kind, Is.EqualTo(EventKind.Session));
    }

    [Test]
    public async Task A_session_that_started_or_called_within_the_hour_is_not_abandoned()
    {
        var session = ledger.StartSession();
        ledger.Time.Advance(TimeSpan.FromMinutes(60) - TimeSpan.FromTicks(1));
        Assert.That(await AbandonAsync(session), Is.False);
        await ledger.SpendAsync(session, 0);
        ledger.Time.Advance(TimeSpan.FromMinutes(60) - TimeSpan.FromTicks(1));
        Assert.That(await AbandonAsync(session), Is.False);
        ledger.Time.Advance(TimeSpan.FromTicks(1));
        Assert.That(await AbandonAsync(session), Is.True);
    }

    [Test]
    public async Task A_session_with_a_live_reservation_is_not_abandoned()
    {
        var session = ledger.StartSession();
        ledger.Time.Advance(TimeSpan.FromMinutes(59));
        var held = await ledger.ReserveAsync(session, 1, seconds: 3_600);
        ledger.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.That(await AbandonAsync(session), Is.False);

        await ledger.AcceptAsync(new ReleaseEntry(held.Id, ledger.Now));
        Assert.That(await AbandonAsync(session), Is.True);
    }

    [Test]
    public async Task A_session_whose_reservation_expired_within_the_hour_is_not_abandoned_in_that_transaction()
    {
        var session = ledger.StartSession();
        await ledger.ReserveAsync(session, 1, seconds: 60);
        ledger.Time.Advance(TimeSpan.FromMinutes(61) - TimeSpan.FromTicks(1));

        Assert.That(await AbandonAsync(session), Is.False);
    }

    [Test]
    public async Task A_session_whose_reservation_expired_an_hour_ago_is_abandoned()
    {
        var session = ledger.StartSession();
        var held = await ledger.ReserveAsync(session, 1, seconds: 60);
        ledger.Time.Advance(TimeSpan.FromMinutes(61));

        Assert.That(await AbandonAsync(session), Is.True);
        Assert.That(ledger.Reservation(held.Id).Status, Is.EqualTo(ReservationStatus.Expired));
    }

    [Test]
    public async Task Another_sessions_reservation_does_not_keep_a_session()
    {
        var session = ledger.StartSession();
        ledger.Time.Advance(TimeSpan.FromMinutes(60));
        var sibling = ledger.AddSession(ledger.AgentOf(session));

        var outcomes = await ledger.RunAsync(ledger.Reserve(sibling, 1), new AbandonEntry(session, false, ledger.Now));

        Assert.That(outcomes[1].Response, Is.True);
    }

    [Test]
    public async Task A_session_with_an_active_sub_agent_is_not_abandoned()
    {
        var session = ledger.StartSession();
        ledger.Time.Advance(TimeSpan.FromMinutes(60));
        var child = ledger.AddSession(ledger.AgentOf(session), session);

        Assert.That(await AbandonAsync(session), Is.False);

        await ledger.AcceptAsync(new EndSessionEntry(child, false, null, ledger.Now));
        Assert.That(await AbandonAsync(session), Is.True);
    }

    [Test]
    public async Task A_team_can_wait_longer_or_for_ever()
    {
        var (patient, endless) = (ledger.StartSession(new() { AbandonedAfterMinutes = 61 }), ledger.StartSession(new() { AbandonedAfterMinutes = null }));
        ledger.Time.Advance(TimeSpan.FromMinutes(60));
        Assert.That((await AbandonAsync(patient), await AbandonAsync(endless)), Is.EqualTo((false, false)));
        ledger.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await AbandonAsync(patient), await AbandonAsync(endless)), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task A_session_that_has_ended_is_not_abandoned()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(new EndSessionEntry(session, false, null, Noon));
        ledger.Time.Advance(TimeSpan.FromMinutes(60));

        Assert.That(await AbandonAsync(session), Is.False);
        Assert.That(ledger.Session(session).State.EndedAt, Is.EqualTo(Noon));
    }

    private Task<bool> AbandonAsync(long session) => ledger.AcceptAsync(new AbandonEntry(session, false, ledger.Now));
}
