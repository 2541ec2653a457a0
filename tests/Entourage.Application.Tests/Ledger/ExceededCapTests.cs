using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Teams that want sessions killed once a hard cap is exhausted.</summary>
internal sealed class ExceededCapTests
{
    private readonly TestLedger ledger = new();

    [Test]
    public async Task The_usage_that_exhausts_a_cap_kills_its_session_and_says_so()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5), OnExceed = OnExceed.Kill });
        var sibling = ledger.AddSession(ledger.AgentOf(session));
        await ledger.ReserveAsync(session, 1);

        var response = await ledger.SpendAsync(session, 5);

        Assert.That((response.Status, response.Error, response.Stop), Is.EqualTo((SessionStatus.Killed, "budget_exceeded:team:day", true)));
        Assert.That(response.StopReasons, Is.EqualTo(new[] { "budget_exceeded:team:day", "session_killed" }));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(new Spending(Usd(5), Money.Zero)));
        Assert.That(StatusOf(sibling), Is.EqualTo(SessionStatus.Active));
        Assert.That(ledger.Store.Audited.Single().Actor, Is.EqualTo("entourage"));
    }

    [TestCase(4.999999999, OnExceed.Kill, Enforcement.Hard)]
    [TestCase(5.0, OnExceed.Stop, Enforcement.Hard)]
    [TestCase(5.0, OnExceed.Kill, Enforcement.Observe)]
    [TestCase(0.0, OnExceed.Kill, Enforcement.Hard)]
    public async Task A_session_lives_on_below_the_cap_and_where_the_team_does_not_want_it_killed(double usd, OnExceed onExceed, Enforcement enforcement)
    {
        var session = ledger.StartSession(new() { Daily = Usd(5), OnExceed = onExceed, Enforcement = enforcement });

        await ledger.SpendAsync(session, (decimal)usd);

        Assert.That(StatusOf(session), Is.EqualTo(SessionStatus.Active));
    }

    [Test]
    public async Task A_free_usage_kills_nothing_though_the_cap_is_exhausted()
    {
        var session = ledger.StartSession(new() { Daily = Usd(0), OnExceed = OnExceed.Kill });

        var response = await ledger.SpendAsync(session, 0);

        Assert.That((response.Status, response.Stop), Is.EqualTo((SessionStatus.Active, true)));
    }

    [Test]
    public async Task Money_spent_in_a_past_window_kills_no_session_now()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1), OnExceed = OnExceed.Kill });

        await ledger.SpendAsync(session, 5, at: Noon.AddDays(-1));

        Assert.That(StatusOf(session), Is.EqualTo(SessionStatus.Active));
    }

    [Test]
    public async Task A_late_usage_kills_by_a_window_that_it_shares_with_the_present()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1), Weekly = Usd(3), OnExceed = OnExceed.Kill });

        var response = await ledger.SpendAsync(session, 5, at: Noon.AddDays(-1));

        Assert.That(response.Error, Is.EqualTo("budget_exceeded:team:week"));
    }

    [Test]
    public async Task Reserved_money_does_not_exhaust_a_cap()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5), OnExceed = OnExceed.Kill });
        await ledger.ReserveAsync(session, 4);

        var response = await ledger.SpendAsync(session, 2);

        Assert.That((response.Status, response.Stop), Is.EqualTo((SessionStatus.Active, true)));
    }

    [Test]
    public async Task A_sessions_cap_kills_its_whole_tree()
    {
        var (top, middle, bottom, sibling) = Tree(new() { Session = Usd(5), OnExceed = OnExceed.Kill });

        var response = await ledger.SpendAsync(middle, 5);

        Assert.That(response.Error, Is.EqualTo("budget_exceeded:session:total"));
        Assert.That(
            new[] { top, middle, bottom, sibling }.Select(StatusOf),
            Is.All.EqualTo(SessionStatus.Killed));
    }

    [Test]
    public async Task Another_cap_kills_the_session_and_those_below_it_and_spares_those_above()
    {
        var (top, middle, bottom, sibling) = Tree(new() { Daily = Usd(5), Session = Usd(6), OnExceed = OnExceed.Kill });

        await ledger.SpendAsync(middle, 5);

        Assert.That(
            new[] { top, middle, bottom, sibling }.Select(StatusOf),
            Is.EqualTo(new[] { SessionStatus.Active, SessionStatus.Killed, SessionStatus.Killed, SessionStatus.Active }));
    }

    [Test]
    public async Task The_reason_is_the_widest_cap_and_the_sessions_cap_still_kills_the_tree()
    {
        var (top, middle, bottom, sibling) = Tree(new() { Daily = Usd(5), Session = Usd(5), OnExceed = OnExceed.Kill });

        var response = await ledger.SpendAsync(bottom, 5);

        Assert.That(response.Error, Is.EqualTo("budget_exceeded:team:day"));
        Assert.That(response.StopReasons, Is.EquivalentTo(new[] { "budget_exceeded:team:day", "budget_exceeded:session:total", "session_killed" }));
        Assert.That(new[] { top, middle, bottom, sibling }.Select(StatusOf), Is.All.EqualTo(SessionStatus.Killed));
    }

    [Test]
    public async Task A_later_usage_of_a_killed_session_changes_neither_its_end_nor_the_audit_trail()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5), OnExceed = OnExceed.Kill });
        await ledger.SpendAsync(session, 5);
        ledger.Time.Advance(TimeSpan.FromMinutes(1));

        await ledger.SpendAsync(session, 1);

        Assert.That(ledger.Session(session).State.EndedAt, Is.EqualTo(Noon));
        Assert.That(ledger.Store.Audited, Has.Count.EqualTo(1));
        Assert.That(ledger.Session(session).Cost, Is.EqualTo((MoneyTotal)Usd(6)));
    }

    [Test]
    public async Task A_kill_in_a_transaction_ends_the_reservations_that_others_of_it_made()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5), OnExceed = OnExceed.Kill });
        var reserve = ledger.Reserve(session, 1);

        var outcomes = await ledger.RunAsync(reserve, ledger.Usage(session, 5), ledger.Reserve(session, 1));

        Assert.That(outcomes.Select(outcome => outcome.Refusal is null), Is.EqualTo(new[] { true, true, false }));
        Assert.That(((RuleViolationException)outcomes[2].Refusal!).Code, Is.EqualTo("session-ended"));
        Assert.That(ledger.Reservation(reserve.ReservationId).Status, Is.EqualTo(ReservationStatus.Released));
        Assert.That(ledger.TeamDay(session).Reserved, Is.EqualTo(MoneyTotal.Zero));
    }

    private SessionStatus StatusOf(long session) => ledger.Session(session).State.Status;

    private (long Top, long Middle, long Bottom, long Sibling) Tree(TeamLimits limits)
    {
        var top = ledger.StartSession(limits);
        var team = ledger.TeamOf(top);
        var middle = ledger.AddSession(ledger.AddAgent(team), top);
        return (top, middle, ledger.AddSession(ledger.AddAgent(team), middle), ledger.AddSession(ledger.AddAgent(team), top));
    }
}
