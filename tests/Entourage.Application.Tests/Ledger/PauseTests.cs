using System.Text.Json;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Pauses and their end.</summary>
internal sealed class PauseTests
{
    private readonly TestLedger ledger = new();

    [Test]
    public async Task A_pause_is_stored_on_its_subject()
    {
        var session = ledger.StartSession();

        await PauseAsync(OfAgent(session), Noon.AddHours(1));
        await PauseAsync(OfTeam(session));
        await PauseAsync(OfOrganisation());

        Assert.That(
            (ledger.Store.Agents[ledger.AgentOf(session)].Pause, ledger.Store.Teams[ledger.TeamOf(session)].Pause, ledger.Store.Organisations[ledger.OrganisationId].Pause),
            Is.EqualTo((Begun(Noon.AddHours(1)), Begun(), Begun())));
    }

    [Test]
    public async Task A_pause_of_an_agent_releases_its_reservations_and_those_of_its_sub_agents()
    {
        var session = ledger.StartSession();
        var team = ledger.TeamOf(session);
        var (child, stranger) = (ledger.AddSession(ledger.AddAgent(team), session), ledger.AddSession(ledger.AddAgent(team)));
        foreach (var each in new[] { session, child, stranger })
        {
            await ledger.ReserveAsync(each, 1);
        }

        var pause = await PauseAsync(OfAgent(session));

        Assert.That(pause.ReservationsReleased, Is.EqualTo(2));
        Assert.That(ledger.Store.Agents[ledger.AgentOf(session)].Pause!.ReservationsReleased, Is.EqualTo(2));
        Assert.That(
            ledger.Store.Reservations.Values.Select(held => held.Status),
            Is.EqualTo(new[] { ReservationStatus.Released, ReservationStatus.Released, ReservationStatus.Live }));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Money.Zero, Usd(1))));
    }

    [Test]
    public async Task A_pause_of_an_agent_reaches_the_sub_agents_of_a_session_that_has_ended()
    {
        var session = ledger.StartSession();
        var child = ledger.AddSession(ledger.AddAgent(ledger.TeamOf(session)), session);
        await ledger.AcceptAsync(new EndSessionEntry(session, false, null, Noon));
        await ledger.ReserveAsync(child, 1);

        Assert.That((await PauseAsync(OfAgent(session))).ReservationsReleased, Is.EqualTo(1));
    }

    [Test]
    public async Task A_pause_without_active_sessions_reads_no_reservations()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(new EndSessionEntry(session, false, null, Noon));
        ledger.Store.Calls.Clear();

        await PauseAsync(OfTeam(session));

        Assert.That(
            ledger.Store.Calls,
            Is.EqualTo(new[] { "FindReservationsAsync", "LockAsync", "FindRulesAsync", "FindExpiredAsync", "SpendingAsync", "FindPauseAsync", "FindActiveAsync", "SaveAsync" }));
    }

    [Test]
    public async Task A_pause_of_a_team_or_an_organisation_releases_what_is_below_and_nothing_else()
    {
        var (one, other) = (ledger.StartSession(), ledger.StartSession());
        await ledger.ReserveAsync(one, 1);
        await ledger.ReserveAsync(other, 1);

        var ofTeam = await PauseAsync(OfTeam(one));
        var afterTeam = ledger.Store.Reservations.Values.Select(held => held.Status).ToArray();
        var ofOrganisation = await PauseAsync(OfOrganisation());

        Assert.That((ofTeam.ReservationsReleased, ofOrganisation.ReservationsReleased), Is.EqualTo((1, 1)));
        Assert.That(afterTeam, Is.EqualTo(new[] { ReservationStatus.Released, ReservationStatus.Live }));
        Assert.That(ledger.Store.Reservations.Values.Select(held => held.Status), Is.All.EqualTo(ReservationStatus.Released));
    }

    [Test]
    public async Task Once_a_pause_is_decided_nothing_later_in_its_transaction_is_reserved()
    {
        var session = ledger.StartSession();
        var before = ledger.Reserve(session, 1);

        var outcomes = await ledger.RunAsync(before, new PauseEntry(OfAgent(session), "lunch", null, Lead, Noon), ledger.Reserve(session, 1), ledger.Usage(session, 1));

        Assert.That(outcomes.Select(outcome => outcome.Refusal is null), Is.EqualTo(new[] { true, true, false, true }));
        Assert.That(((Sessions.UsageResponse)outcomes[3].Response!).StopReasons, Is.EqualTo(new[] { "paused:agent" }));
        Assert.That(ledger.Reservation(before.ReservationId).Status, Is.EqualTo(ReservationStatus.Released));
    }

    [Test]
    public async Task Pausing_again_replaces_the_reason_and_the_expiry_and_keeps_the_beginning()
    {
        var session = ledger.StartSession();
        await ledger.ReserveAsync(session, 1);
        await PauseAsync(OfAgent(session));
        ledger.Time.Advance(TimeSpan.FromMinutes(1));

        var again = await ledger.AcceptAsync(new PauseEntry(OfAgent(session), "dinner", Noon.AddHours(8), Lead, ledger.Now));

        Assert.That(again, Is.EqualTo(new Pause { PausedAt = Noon, Reason = "dinner", ExpiresAt = Noon.AddHours(8), By = "Ada", ReservationsReleased = 1 }));
        Assert.That(ledger.Store.Audited, Has.Count.EqualTo(2));
        Assert.That(
            (ledger.Store.Audited[1].Old, ledger.Store.Audited[1].New),
            Is.EqualTo(("""{"reason":"lunch","expires_at":null}""", """{"reason":"dinner","expires_at":"2026-03-04T20:00:00Z"}""")));
    }

    [Test]
    public async Task The_same_pause_again_changes_nothing()
    {
        var session = ledger.StartSession();
        var first = await PauseAsync(OfTeam(session));
        ledger.Time.Advance(TimeSpan.FromMinutes(1));
        ledger.Store.Calls.Clear();

        var second = await PauseAsync(OfTeam(session));

        Assert.That(second, Is.EqualTo(first));
        Assert.That(ledger.Store.Calls, Does.Not.Contain("SaveAsync").And.Not.Contain("FindActiveAsync"));
    }

    [Test]
    public async Task A_pause_after_an_expired_one_is_a_new_one()
    {
        var session = ledger.StartSession();
        await PauseAsync(OfAgent(session), Noon.AddMinutes(1));
        ledger.Time.Advance(TimeSpan.FromMinutes(1));

        var pause = await PauseAsync(OfAgent(session));

        Assert.That(pause, Is.EqualTo(Begun() with { PausedAt = ledger.Now }));
        Assert.That(JsonDocument.Parse(ledger.Store.Audited[1].Old!).RootElement.GetProperty("paused").GetBoolean(), Is.False);
    }

    [Test]
    public async Task A_pause_and_its_end_are_audited()
    {
        var session = ledger.StartSession();

        await PauseAsync(OfTeam(session));
        await ResumeAsync(OfTeam(session), "back");

        Assert.That(
            ledger.Store.Audited.Select(entry => (entry.Action, entry.SubjectKind, entry.SubjectId, entry.OrganisationId, entry.TeamId, entry.Actor)),
            Is.EqualTo(new[] { AuditAction.Paused, AuditAction.Resumed }.Select(action => (
                action, AuditSubjectKind.Team, ledger.TeamOf(session).ToString(), (Guid?)ledger.OrganisationId, (Guid?)ledger.TeamOf(session), "Ada"))));
        Assert.That(
            ledger.Store.Audited.Select(entry => (entry.Old, entry.New)),
            Is.EqualTo(new[]
            {
                ("""{"paused":false,"reason":null,"paused_by":null}""", """{"paused":true,"reason":"lunch","paused_by":"Ada"}"""),
                ("""{"paused":true,"reason":"lunch","paused_by":"Ada"}""", """{"paused":false,"reason":"back","paused_by":null}"""),
            }));
    }

    [TestCase(PauseScope.Agent, AuditSubjectKind.Agent)]
    [TestCase(PauseScope.Organisation, AuditSubjectKind.Organisation)]
    public async Task The_audit_trail_names_the_kind_of_the_subject(PauseScope scope, AuditSubjectKind kind)
    {
        var session = ledger.StartSession();

        await PauseAsync(scope == PauseScope.Agent ? OfAgent(session) : OfOrganisation());

        Assert.That(ledger.Store.Audited.Single().SubjectKind, Is.EqualTo(kind));
    }

    [Test]
    public async Task A_pause_of_a_team_is_one_event_for_all_its_agents()
    {
        var session = ledger.StartSession();
        ledger.AddSession(ledger.AddAgent(ledger.TeamOf(session)));

        await PauseAsync(OfTeam(session), Noon.AddHours(1));

        AssertStop(ledger.Store.Events.Single(), ledger.TeamOf(session), null, null, "paused", "team", ledger.TeamOf(session));
        var payload = JsonDocument.Parse(ledger.Store.Events[0].Payload).RootElement;
        Assert.That(
            (payload.GetProperty("reason").GetString(), payload.GetProperty("by").GetString(), payload.GetProperty("expires_at").GetString()),
            Is.EqualTo(("lunch", "Ada", "2026-03-04T13:00:00Z")));
    }

    [Test]
    public async Task A_pause_of_an_agent_and_its_end_are_events_for_it_and_for_each_sub_agent_of_another()
    {
        var session = ledger.StartSession();
        var own = ledger.AddSession(ledger.AgentOf(session), session);
        var other = ledger.AddSession(ledger.AddAgent(ledger.TeamOf(session)), own);
        ledger.AddSession(ledger.AddAgent(ledger.TeamOf(session)));
        var (team, agent) = (ledger.TeamOf(session), ledger.AgentOf(session));

        await PauseAsync(OfAgent(session));
        await ResumeAsync(OfAgent(session));

        Assert.That(ledger.Store.Events, Has.Count.EqualTo(4));
        AssertStop(ledger.Store.Events[0], team, agent, null, "paused", "agent", agent);
        AssertStop(ledger.Store.Events[1], team, ledger.AgentOf(other), other, "paused", "agent", agent);
        AssertStop(ledger.Store.Events[2], team, agent, null, "resumed", "agent", agent);
        AssertStop(ledger.Store.Events[3], team, ledger.AgentOf(other), other, "resumed", "agent", agent);
    }

    [Test]
    public async Task A_pause_of_an_organisation_is_an_event_for_each_of_its_teams()
    {
        var (one, other) = (ledger.StartSession(), ledger.StartSession());
        var stranger = Guid.NewGuid();
        ledger.Store.Organisations.Add(stranger, new(stranger));
        ledger.AddTeam(organisationId: stranger);

        await PauseAsync(OfOrganisation());

        Assert.That(ledger.Store.Events, Has.Count.EqualTo(2));
        AssertStop(ledger.Store.Events[0], ledger.TeamOf(one), null, null, "paused", "organisation", ledger.OrganisationId);
        AssertStop(ledger.Store.Events[1], ledger.TeamOf(other), null, null, "paused", "organisation", ledger.OrganisationId);
    }

    [Test]
    public async Task A_resumed_agent_reserves_again()
    {
        var session = ledger.StartSession();
        await PauseAsync(OfAgent(session));

        var wasPaused = await ResumeAsync(OfAgent(session));

        Assert.That(wasPaused, Is.True);
        Assert.That(ledger.Store.Agents[ledger.AgentOf(session)].Pause, Is.Null);
        Assert.That((await ledger.ReserveAsync(session, 1)).AmountUsd, Is.EqualTo(Usd(1)));
    }

    [Test]
    public async Task Work_without_a_pause_or_with_an_expired_one_is_not_resumed()
    {
        var session = ledger.StartSession();
        await PauseAsync(OfAgent(session), Noon.AddMinutes(1));
        ledger.Time.Advance(TimeSpan.FromMinutes(1));
        ledger.Store.Events.Clear();

        var resumed = (await ResumeAsync(OfAgent(session)), await ResumeAsync(OfTeam(session)));

        Assert.That(resumed, Is.EqualTo((false, false)));
        Assert.That(ledger.Store.Events, Is.Empty);
        Assert.That(ledger.Store.Audited, Has.Count.EqualTo(1));
        Assert.That(ledger.Store.Agents[ledger.AgentOf(session)].Pause, Is.EqualTo(Begun(Noon.AddMinutes(1))));
    }

    [Test]
    public async Task Resuming_an_agent_leaves_its_teams_pause()
    {
        var session = ledger.StartSession();
        await PauseAsync(OfAgent(session));
        await PauseAsync(OfTeam(session));

        await ResumeAsync(OfAgent(session));

        Assert.That((await ledger.SpendAsync(session, 1)).StopReasons, Is.EqualTo(new[] { "paused:team" }));
    }

    [Test]
    public async Task A_pause_that_ends_in_its_own_transaction_stops_nothing_after_it()
    {
        var session = ledger.StartSession();

        var outcomes = await ledger.RunAsync(
            new PauseEntry(OfAgent(session), "lunch", null, Lead, Noon), new ResumeEntry(OfAgent(session), null, Lead, Noon), ledger.Reserve(session, 1));

        Assert.That(outcomes[1].Response, Is.True);
        Assert.That(outcomes[2].Refusal, Is.Null);
        Assert.That(ledger.Store.Calls.Count(call => call == "FindPauseAsync"), Is.Zero);
    }

    private static Pause Begun(DateTimeOffset? expiresAt = null) => new() { PausedAt = Noon, Reason = "lunch", ExpiresAt = expiresAt, By = "Ada" };

    private static void AssertStop(TeamEvent told, Guid team, Guid? agent, long? session, string action, string scope, Guid scopeId)
    {
        var payload = JsonDocument.Parse(told.Payload).RootElement;
        Assert.That(
            (told.Kind, told.TeamId, told.AgentId, told.SessionId, payload.GetProperty("action").GetString(), payload.GetProperty("scope").GetString(), payload.GetProperty("scope_id").GetString()),
            Is.EqualTo((EventKind.Stop, team, agent, session, action, scope, scopeId.ToString())));
    }

    private PauseSubject OfAgent(long session) => new(PauseScope.Agent, ledger.AgentOf(session), ledger.TeamOf(session), ledger.OrganisationId);

    private PauseSubject OfTeam(long session) => new(PauseScope.Team, ledger.TeamOf(session), ledger.TeamOf(session), ledger.OrganisationId);

    private PauseSubject OfOrganisation() => new(PauseScope.Organisation, ledger.OrganisationId, null, ledger.OrganisationId);

    private Task<Pause> PauseAsync(PauseSubject subject, DateTimeOffset? expiresAt = null) =>
        ledger.AcceptAsync(new PauseEntry(subject, "lunch", expiresAt, Lead, ledger.Now));

    private Task<bool> ResumeAsync(PauseSubject subject, string? reason = null) => ledger.AcceptAsync(new ResumeEntry(subject, reason, Lead, ledger.Now));
}
