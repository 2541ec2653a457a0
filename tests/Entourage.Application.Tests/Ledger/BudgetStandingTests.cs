using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

internal sealed class BudgetStandingTests
{
    private readonly TestLedger ledger = new();

    [Test]
    public async Task It_shows_the_counters_of_the_newest_active_session_and_its_task()
    {
        var parent = ledger.StartSession(new() { Daily = Usd(5) });
        var session = ledger.AddSession(ledger.AgentOf(parent), parent, task: new(7, Usd(2), default));
        await ledger.SpendAsync(session, 1);
        await ledger.ReserveAsync(session, 0.5m);

        var standing = await ReadAsync(ledger.AgentOf(session));

        Assert.That(standing.Position.Budgets, Has.Count.EqualTo(9));
        Assert.That(standing.Position.Budgets.Select(budget => budget.Spending), Is.All.EqualTo(new Spending(Usd(1), Usd(0.5m))));
        Assert.That((standing.Position.Reservable, standing.WasKilled), Is.EqualTo(((Money?)Usd(0.5m), false)));
    }

    [Test]
    public async Task It_shows_a_named_session_and_no_task_of_the_newest_one()
    {
        var session = ledger.StartSession();
        ledger.AddSession(ledger.AgentOf(session), task: new(7, Usd(2), default));

        var named = await ReadAsync(ledger.AgentOf(session), SessionChoice.Of([session]));
        var none = await ReadAsync(ledger.AgentOf(session), SessionChoice.Of([]));

        Assert.That(named.Position.Budgets[^1].Budget.Window.ScopeId, Is.EqualTo("1"));
        Assert.That((named.Position.Budgets.Count, none.Position.Budgets.Count), Is.EqualTo((7, 6)));
    }

    [Test]
    public async Task It_shows_a_named_task_of_the_team()
    {
        var session = ledger.StartSession(task: new(7, Usd(2), default));

        var standing = await ledger.ReadAsync(new(ledger.AgentOf(session), 7, SessionChoice.Of([])), Noon, CancellationToken.None);

        Assert.That(standing.Position.Budgets[^1].Budget.Limit, Is.EqualTo(Usd(2)));
    }

    [Test]
    public void An_unknown_agent_or_task_is_not_found()
    {
        var session = ledger.StartSession();

        Assert.That(() => ReadAsync(Guid.NewGuid()), Throws.TypeOf<NotFoundException>());
        Assert.That(
            () => ledger.ReadAsync(new(ledger.AgentOf(session), 8, SessionChoice.NewestActive), Noon, CancellationToken.None),
            Throws.TypeOf<NotFoundException>());
    }

    [Test]
    public async Task It_does_not_count_reservations_that_have_expired()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5) });
        await ledger.ReserveAsync(session, 1, seconds: 60);
        await ledger.ReserveAsync(session, 2, seconds: 61);
        ledger.Time.Advance(TimeSpan.FromSeconds(60));

        var standing = await ReadAsync(ledger.AgentOf(session));

        Assert.That(standing.Position.Budgets.Select(budget => budget.Spending.Reserved), Is.All.EqualTo((MoneyTotal)Usd(2)));
        Assert.That(ledger.TeamDay(session).Reserved, Is.EqualTo((MoneyTotal)Usd(3)));
    }

    [Test]
    public async Task It_ignores_expired_reservations_of_other_windows()
    {
        var session = ledger.StartSession();
        await ledger.ReserveAsync(session, 1, seconds: 60);
        ledger.Time.Advance(TimeSpan.FromDays(40));

        var standing = await ReadAsync(ledger.AgentOf(session));

        Assert.That(standing.Position.Budgets.Select(budget => budget.Spending), Is.All.EqualTo(default(Spending)));
    }

    [Test]
    public async Task It_names_the_pauses_in_force_and_those_of_the_ancestors_agents()
    {
        var parent = ledger.StartSession();
        var child = ledger.AddSession(ledger.AddAgent(ledger.TeamOf(parent)), parent);
        ledger.Pause(PauseScope.Agent, ledger.AgentOf(parent));
        ledger.Pause(PauseScope.Team, ledger.TeamOf(parent));
        ledger.Pause(PauseScope.Organisation, ledger.OrganisationId, Noon);

        var ofChild = await ReadAsync(ledger.AgentOf(child));
        var ofAgentAlone = await ReadAsync(ledger.AgentOf(child), SessionChoice.Of([child]));
        var ofParent = await ReadAsync(ledger.AgentOf(parent));

        Assert.That(ofChild.Pauses.Select(pause => pause.Scope), Is.EqualTo(new[] { PauseScope.Team, PauseScope.Agent }));
        Assert.That(ofAgentAlone.Pauses.Select(pause => pause.Scope), Is.EqualTo(new[] { PauseScope.Team }));
        Assert.That(ofParent.Pauses.Select(pause => pause.Scope), Is.EqualTo(new[] { PauseScope.Team, PauseScope.Agent }));
    }

    [Test]
    public async Task It_tells_for_fifteen_minutes_that_the_newest_session_was_killed()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(new KillSessionEntry(session, "enough", Lead, Noon));
        ledger.Time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromTicks(1));
        var early = await ReadAsync(ledger.AgentOf(session));
        var named = await ReadAsync(ledger.AgentOf(session), SessionChoice.Of([]));
        ledger.Time.Advance(TimeSpan.FromTicks(1));
        var late = await ReadAsync(ledger.AgentOf(session));

        Assert.That((early.WasKilled, named.WasKilled, late.WasKilled), Is.EqualTo((true, false, false)));
    }

    [Test]
    public async Task It_does_not_tell_of_a_kill_while_another_session_is_active()
    {
        var session = ledger.StartSession();
        var killed = ledger.AddSession(ledger.AgentOf(session));
        await ledger.AcceptAsync(new KillSessionEntry(killed, "enough", Lead, Noon));

        Assert.That((await ReadAsync(ledger.AgentOf(session))).WasKilled, Is.False);
    }

    [Test]
    public async Task A_session_without_ancestors_needs_no_look_at_theirs()
    {
        await ReadAsync(ledger.AgentOf(ledger.StartSession()));

        Assert.That(ledger.Store.Calls, Is.EqualTo(new[] { "FindAsync", "FindRulesAsync", "SpendingAsync", "FindExpiredAsync" }));
    }

    private Task<BudgetStanding> ReadAsync(Guid agentId, SessionChoice? session = null) =>
        ledger.ReadAsync(new(agentId, null, session ?? SessionChoice.NewestActive), ledger.Now, CancellationToken.None);
}
