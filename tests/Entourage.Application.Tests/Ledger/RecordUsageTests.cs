using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

internal sealed class RecordUsageTests
{
    private readonly TestLedger ledger = new();

    [Test]
    public async Task A_usage_counts_in_every_budget_that_applies()
    {
        var parent = ledger.StartSession(task: new(7, null, default));
        var session = ledger.AddSession(ledger.AgentOf(parent), parent, task: new(7, null, default));

        await ledger.SpendAsync(session, 1.25m);

        var windows = ledger.Store.PolicyOf(ledger.Session(session)).BudgetsAt(Noon).Select(budget => budget.Window).ToArray();
        Assert.That(windows, Has.Length.EqualTo(9));
        Assert.That(ledger.Store.Counters.Keys, Is.EquivalentTo(windows));
        Assert.That(ledger.Store.Counters.Values, Is.All.EqualTo(new Spending(Usd(1.25m), Money.Zero)));
    }

    [Test]
    public async Task A_usage_adds_to_its_session_and_its_rollup()
    {
        var session = ledger.StartSession(model: "acme-1");
        await ledger.SpendAsync(session, 1);
        ledger.Time.Advance(TimeSpan.FromMinutes(16));

        await ledger.AcceptAsync(ledger.Usage(session, 0.5m, tokens: new(1, 2, 3, 4)));

        var stored = ledger.Session(session);
        Assert.That(
            (stored.Cost, stored.ImputedCost, stored.Tokens, stored.LastCallAt),
            Is.EqualTo(((MoneyTotal)Usd(1.5m), MoneyTotal.Zero, new TokenCounts(1_001, 102, 3, 4), ledger.Now)));
        Assert.That(
            ledger.Store.Rollups.Select(rollup => (rollup.Key, rollup.Value.Cost)),
            Is.EqualTo(new[]
            {
                (new UsageRollupKey(ledger.TeamOf(session), Noon, session, "acme-1", 0), (MoneyTotal)Usd(1)),
                (new UsageRollupKey(ledger.TeamOf(session), Noon.AddMinutes(15), session, "acme-1", 0), (MoneyTotal)Usd(0.5m)),
            }));
    }

    [Test]
    public async Task The_response_shows_the_session_after_the_usage()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5) }, model: "acme-1", task: new(7, Usd(2), default));
        var usage = ledger.Usage(session, 1.25m);

        var response = await ledger.AcceptAsync(usage);

        Assert.That(
            (response.Id, response.UsageId, response.CostUsd, response.TreeCostUsd, response.CostSource, response.Estimated, response.OverrunUsd),
            Is.EqualTo((session, usage.RecordId, (MoneyTotal)Usd(1.25m), (MoneyTotal)Usd(1.25m), CostSource.Reported, false, Money.Zero)));
        Assert.That(
            (response.Budget.DailySpentUsd, response.Budget.TaskSpentUsd, response.TaskId, response.TaskTitle, response.Model, response.Stop),
            Is.EqualTo(((MoneyTotal)Usd(1.25m), (MoneyTotal?)Usd(1.25m), (long?)7, "task 7", "acme-1", false)));
    }

    [Test]
    public async Task A_usage_shows_what_those_before_it_in_its_transaction_spent()
    {
        var session = ledger.StartSession();

        var outcomes = await ledger.RunAsync(ledger.Usage(session, 1), ledger.Usage(session, 2), ledger.Usage(session, 4));

        Assert.That(
            outcomes.Select(outcome => ((Sessions.UsageResponse)outcome.Response!).CostUsd),
            Is.EqualTo(new MoneyTotal[] { Usd(1), Usd(3), Usd(7) }));
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo((MoneyTotal)Usd(7)));
        Assert.That(ledger.Store.Calls.Count(call => call == nameof(ledger.Store.SaveAsync)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_usage_of_an_unknown_session_is_refused_and_the_others_are_recorded()
    {
        var session = ledger.StartSession();

        var outcomes = await ledger.RunAsync(ledger.Usage(99, 1), ledger.Usage(session, 1));

        Assert.That(outcomes[0].Refusal, Is.TypeOf<NotFoundException>());
        Assert.That(outcomes[1].Refusal, Is.Null);
        Assert.That(ledger.Record.Entry.SessionId, Is.EqualTo(session));
    }

    [Test]
    public async Task A_usage_beyond_an_exhausted_cap_is_recorded_as_an_overrun_and_says_stop()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5) });
        await ledger.SpendAsync(session, 5);

        var response = await ledger.SpendAsync(session, 0.30m);

        Assert.That(
            (response.OverrunUsd, response.Stop, response.OverBudget, response.StopReasons),
            Is.EqualTo((Usd(0.30m), true, true, response.StopReasons)));
        Assert.That(response.StopReasons, Is.EqualTo(new[] { "budget_exceeded:team:day" }));
        Assert.That(ledger.Records.Last().Overrun, Is.EqualTo(Usd(0.30m)));
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo((MoneyTotal)Usd(5.30m)));
    }

    [TestCase(SessionStatus.Completed, "session_ended")]
    [TestCase(SessionStatus.Failed, "session_ended")]
    [TestCase(SessionStatus.Killed, "session_killed")]
    [TestCase(SessionStatus.Abandoned, "session_abandoned")]
    public async Task A_usage_of_a_session_that_has_ended_is_recorded_and_says_stop(SessionStatus status, string reason)
    {
        var session = ledger.StartSession();
        ledger.Store.Sessions[session] = ledger.Session(session) with { State = new(status, Noon, null) };

        var response = await ledger.SpendAsync(session, 1);

        Assert.That(response.StopReasons, Is.EqualTo(new[] { reason }));
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo((MoneyTotal)Usd(1)));
    }

    [Test]
    public async Task A_usage_of_paused_work_is_recorded_and_names_every_pause()
    {
        var session = ledger.StartSession();
        ledger.Pause(PauseScope.Organisation, ledger.OrganisationId);
        ledger.Pause(PauseScope.Team, ledger.TeamOf(session));
        ledger.Pause(PauseScope.Agent, ledger.AgentOf(session));

        var response = await ledger.SpendAsync(session, 1);

        Assert.That(response.StopReasons, Is.EqualTo(new[] { "paused:organisation", "paused:team", "paused:agent" }));
        Assert.That(ledger.Record.Cost, Is.EqualTo(Usd(1)));
    }

    [Test]
    public async Task A_sub_agent_is_stopped_by_a_pause_of_an_ancestors_agent_but_not_by_an_expired_one()
    {
        var parent = ledger.StartSession();
        var child = ledger.AddSession(ledger.AddAgent(ledger.TeamOf(parent)), parent);
        ledger.Pause(PauseScope.Agent, ledger.AgentOf(parent), Noon.AddMinutes(1));

        var paused = await ledger.SpendAsync(child, 1);
        ledger.Time.Advance(TimeSpan.FromMinutes(1));
        var resumed = await ledger.SpendAsync(child, 1);

        Assert.That(paused.StopReasons, Is.EqualTo(new[] { "paused:agent" }));
        Assert.That(resumed.StopReasons, Is.Empty);
    }

    [Test]
    public async Task A_late_report_counts_in_the_day_that_it_happened()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var yesterday = Noon.AddDays(-1);

        var response = await ledger.SpendAsync(session, 2, at: yesterday);

        Assert.That(ledger.TeamDay(session, yesterday).Spent, Is.EqualTo((MoneyTotal)Usd(2)));
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo(MoneyTotal.Zero));
        Assert.That((response.Budget.DailySpentUsd, response.Stop, response.OverrunUsd), Is.EqualTo((MoneyTotal.Zero, false, Usd(1))));
    }

    [TestCase(0, true)]
    [TestCase(1, false)]
    public async Task A_usage_may_be_five_minutes_ahead_and_no_more(int ticks, bool isInTime) =>
        await AssertInTimeAsync(Noon.AddMinutes(5).AddTicks(ticks), isInTime);

    [TestCase(0, true)]
    [TestCase(-1, false)]
    public async Task A_usage_may_be_thirty_days_back_and_no_more(int ticks, bool isInTime) =>
        await AssertInTimeAsync(Noon.AddDays(-30).AddTicks(ticks), isInTime);

    [Test]
    public async Task A_usage_at_an_impossible_time_names_the_bounds_and_loads_no_window_of_it()
    {
        var refusal = await ledger.RefuseAsync<RuleViolationException>(ledger.Usage(ledger.StartSession(), 1, at: DateTimeOffset.MinValue));

        Assert.That(
            (refusal.Code, refusal.Field, refusal.Message),
            Is.EqualTo(("validation", "OccurredAt", "'occurred_at' must be at most 5 minutes ahead and 30 days back.")));
        Assert.That(ledger.Store.Calls, Does.Not.Contain(nameof(ledger.Store.SaveAsync)));
    }

    [Test]
    public async Task A_stated_cost_above_the_operators_bound_is_refused_and_one_at_the_bound_is_not()
    {
        var session = ledger.StartSession();
        ledger.Rules = ledger.Rules with { Bounds = new() { MaxCost = Usd(10) } };

        await ledger.SpendAsync(session, 10);
        var refusal = await ledger.RefuseAsync<RuleViolationException>(ledger.Usage(session, 10.000000001m));

        Assert.That((refusal.Code, refusal.Field), Is.EqualTo(("validation", "CostUsd")));
        Assert.That(refusal.Message, Does.StartWith("'cost_usd' is 10.000000001. The server allows at most 10.00 USD"));
        Assert.That(ledger.Record.Cost, Is.EqualTo(Usd(10)));
    }

    [Test]
    public async Task Usage_under_a_subscription_is_imputed_and_counts_against_no_cap()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1), OnExceed = OnExceed.Kill });

        var response = await ledger.AcceptAsync(ledger.Usage(session, 3, billing: Billing.Subscription));

        Assert.That((response.CostUsd, response.ImputedCostUsd, response.OverrunUsd, response.Stop), Is.EqualTo((MoneyTotal.Zero, (MoneyTotal)Usd(3), Money.Zero, false)));
        Assert.That(ledger.Store.Counters, Is.Empty);
        Assert.That(ledger.Session(session).ImputedCost, Is.EqualTo((MoneyTotal)Usd(3)));
    }

    [Test]
    public async Task A_free_usage_writes_no_counter()
    {
        var session = ledger.StartSession();

        await ledger.SpendAsync(session, 0);

        Assert.That(ledger.Store.Counters, Is.Empty);
        Assert.That(ledger.Session(session).Tokens.Total, Is.EqualTo(1_100));
    }

    [Test]
    public async Task The_last_call_of_a_session_does_not_move_back_when_clocks_disagree()
    {
        var session = ledger.StartSession();
        ledger.Store.Sessions[session] = ledger.Session(session) with { LastCallAt = Noon.AddSeconds(1) };

        await ledger.SpendAsync(session, 1);

        Assert.That(ledger.Session(session).LastCallAt, Is.EqualTo(Noon.AddSeconds(1)));
    }

    [Test]
    public async Task A_plain_usage_reads_nothing_that_it_does_not_need()
    {
        var session = ledger.StartSession();
        await ledger.SpendAsync(session, 1);
        ledger.Store.Calls.Clear();

        await ledger.SpendAsync(session, 1);

        Assert.That(ledger.Store.Calls, Is.EqualTo(new[] { "LockAsync", "FindExpiredAsync", "SpendingAsync", "SaveAsync" }));
    }

    [Test]
    public async Task A_row_that_changed_since_it_was_read_makes_the_transaction_fail()
    {
        var session = ledger.StartSession();
        await ledger.SpendAsync(session, 1);
        var window = ledger.Store.Counters.Keys.First();
        ledger.Store.BeforeSave = () => ledger.Store.Counters[window] = new(Usd(9), Money.Zero);

        Assert.That(() => ledger.SpendAsync(session, 1), Throws.TypeOf<LedgerConflictException>());
    }

    [Test]
    public async Task A_transaction_names_its_records_and_the_teams_concerned()
    {
        var (one, other) = (ledger.StartSession(), ledger.StartSession());

        var result = await ledger.TransactAsync(ledger.Usage(one, 1), ledger.Usage(other, 2), ledger.Usage(one, 3));

        Assert.That(result.Records.Select(record => record.Cost), Is.EqualTo(new[] { Usd(1), Usd(2), Usd(3) }));
        Assert.That(result.TeamIds, Is.EqualTo(new[] { ledger.TeamOf(one), ledger.TeamOf(other) }));
    }

    private async Task AssertInTimeAsync(DateTimeOffset at, bool isInTime)
    {
        var usage = ledger.Usage(ledger.StartSession(), 1, at: at);
        var outcome = (await ledger.RunAsync(usage)).Single();
        Assert.That(outcome.Refusal is null, Is.EqualTo(isInTime));
        Assert.That(ledger.Store.Records, Has.Count.EqualTo(isInTime ? 1 : 0));
    }
}
