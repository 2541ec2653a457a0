using System.Text.Json;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

internal sealed class KillSessionTests
{
    private readonly TestLedger ledger = new();

    [Test]
    public async Task A_kill_reaches_every_session_below_and_gives_their_reservations_back()
    {
        var top = ledger.StartSession();
        var team = ledger.TeamOf(top);
        var middle = ledger.AddSession(ledger.AddAgent(team), top);
        var (bottom, sibling) = (ledger.AddSession(ledger.AddAgent(team), middle), ledger.AddSession(ledger.AddAgent(team), top));
        foreach (var session in new[] { top, middle, bottom, sibling })
        {
            await ledger.ReserveAsync(session, 1);
        }

        var response = await KillAsync(middle);

        Assert.That((response.Id, response.Status, response.Error, response.EndedAt), Is.EqualTo((middle, SessionStatus.Killed, "enough", (DateTimeOffset?)Noon)));
        Assert.That(
            new[] { top, middle, bottom, sibling }.Select(session => ledger.Session(session).State.Status),
            Is.EqualTo(new[] { SessionStatus.Active, SessionStatus.Killed, SessionStatus.Killed, SessionStatus.Active }));
        Assert.That(
            ledger.Store.Reservations.Values.Select(held => held.Status),
            Is.EqualTo(new[] { ReservationStatus.Live, ReservationStatus.Released, ReservationStatus.Released, ReservationStatus.Live }));
        Assert.That(ledger.TeamDay(top).Reserved, Is.EqualTo((MoneyTotal)Usd(2)));
    }

    [Test]
    public async Task Each_killed_session_is_audited()
    {
        var session = ledger.StartSession();
        ledger.AddSession(ledger.AgentOf(session), session);

        await KillAsync(session);

        Assert.That(ledger.Store.Audited.Select(entry => entry.SubjectId), Is.EquivalentTo(new[] { "1", "2" }));
        var audited = ledger.Store.Audited.Single(entry => entry.SubjectId == "1");
        Assert.That(
            (audited.Action, audited.SubjectKind, audited.OrganisationId, audited.TeamId, audited.Actor, audited.OccurredAt),
            Is.EqualTo((AuditAction.SessionKilled, AuditSubjectKind.Session, (Guid?)ledger.OrganisationId, (Guid?)ledger.TeamOf(session), "Ada", Noon)));
        Assert.That(
            (audited.Old, audited.New),
            Is.EqualTo(("""{"status":"active","error":null}""", """{"status":"killed","error":"enough"}""")));
    }

    [Test]
    public async Task Each_killed_session_is_an_event_and_a_stop()
    {
        var session = ledger.StartSession();

        await KillAsync(session);

        Assert.That(
            ledger.Store.Events.Select(told => (told.Kind, told.TeamId, told.AgentId, told.SessionId)),
            Is.EqualTo(new[] { EventKind.Session, EventKind.Stop }.Select(kind => (kind, ledger.TeamOf(session), (Guid?)ledger.AgentOf(session), (long?)session))));
        var stop = JsonDocument.Parse(ledger.Store.Events[1].Payload).RootElement;
        Assert.That(
            (stop.GetProperty("action").GetString(), stop.GetProperty("scope").GetString(), stop.GetProperty("scope_id").GetInt64(), stop.GetProperty("reason").GetString(), stop.GetProperty("by").GetString()),
            Is.EqualTo(("killed", "session", session, "enough", "Ada")));
        Assert.That(JsonDocument.Parse(ledger.Store.Events[0].Payload).RootElement.GetProperty("status").GetString(), Is.EqualTo("killed"));
    }

    [Test]
    public async Task A_session_that_has_ended_stays_as_it_is_and_those_below_it_are_killed()
    {
        var session = ledger.StartSession();
        var child = ledger.AddSession(ledger.AgentOf(session), session);
        await ledger.AcceptAsync(new EndSessionEntry(session, false, null, Noon));
        ledger.Time.Advance(TimeSpan.FromMinutes(1));

        var response = await KillAsync(session);

        Assert.That((response.Status, response.EndedAt), Is.EqualTo((SessionStatus.Completed, (DateTimeOffset?)Noon)));
        Assert.That(ledger.Session(child).State.Status, Is.EqualTo(SessionStatus.Killed));
        Assert.That(ledger.Store.Audited.Single().SubjectId, Is.EqualTo("2"));
    }

    [Test]
    public async Task A_kill_shows_and_returns_what_other_entries_of_its_transaction_did()
    {
        var session = ledger.StartSession();
        var (kept, spent) = (await ledger.ReserveAsync(session, 1), await ledger.ReserveAsync(session, 2));

        var outcomes = await ledger.RunAsync(
            ledger.Usage(session, 0.5m, reservation: spent.Id),
            new KillSessionEntry(session, "enough", Lead, Noon),
            new KillSessionEntry(session, "again", Lead, Noon));

        Assert.That(outcomes.Select(outcome => outcome.Refusal), Is.All.Null);
        Assert.That((ledger.Reservation(kept.Id).Status, ledger.Reservation(spent.Id).Status), Is.EqualTo((ReservationStatus.Released, ReservationStatus.Committed)));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(0.5m), Money.Zero)));
        Assert.That(ledger.Session(session).State.Error, Is.EqualTo("enough"));
        Assert.That(ledger.Store.Audited, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_kill_shows_the_cost_of_the_session_and_of_its_tree()
    {
        var session = ledger.StartSession();
        await ledger.SpendAsync(session, 1);
        await ledger.SpendAsync(ledger.AddSession(ledger.AgentOf(session), session), 2);

        var response = await KillAsync(session);

        Assert.That((response.CostUsd, response.TreeCostUsd), Is.EqualTo(((MoneyTotal)Usd(1), (MoneyTotal)Usd(3))));
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo((MoneyTotal)Usd(3)));
    }

    [Test]
    public async Task A_kill_returns_reservations_of_past_windows_to_them()
    {
        ledger.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromMinutes(1));
        var (session, today) = (ledger.StartSession(), ledger.Now);
        await ledger.ReserveAsync(session, 1, seconds: 3_600);
        await ledger.SpendAsync(session, 2);
        ledger.Time.Advance(TimeSpan.FromMinutes(10));

        await KillAsync(session);

        Assert.That(ledger.TeamDay(session, today), Is.EqualTo(new Spending(Usd(2), Money.Zero)));
    }

    [Test]
    public async Task An_unknown_session_cannot_be_killed() =>
        await ledger.RefuseAsync<NotFoundException>(new KillSessionEntry(99, "enough", Lead, Noon));

    [Test]
    public async Task Several_kills_in_one_team_load_its_sessions_and_their_reservations_once()
    {
        var one = ledger.StartSession();
        var two = ledger.AddSession(ledger.AgentOf(one));

        await ledger.RunAsync(new KillSessionEntry(one, "enough", Lead, Noon), new KillSessionEntry(two, "enough", Lead, Noon));

        Assert.That(ledger.Store.Calls.Count(call => call == "FindActiveAsync"), Is.EqualTo(1));
        Assert.That(ledger.Store.Sessions.Values.Select(session => session.State.Status), Is.All.EqualTo(SessionStatus.Killed));
    }

    private Task<Sessions.SessionResponse> KillAsync(long session) => ledger.AcceptAsync(new KillSessionEntry(session, "enough", Lead, ledger.Now));
}
