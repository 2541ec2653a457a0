using System.Text.Json;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using Entourage.Domain.Tasks;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

internal sealed class AlertDetectionTests
{
    private readonly TestLedger ledger = new();

    [Test]
    public async Task A_threshold_is_told_when_it_is_crossed_and_not_again()
    {
        var session = ledger.StartSession(new() { Daily = Usd(10) });

        await ledger.SpendAsync(session, 4.999999999m);
        Assert.That(ledger.Store.Alerts, Is.Empty);
        await ledger.SpendAsync(session, 0.000000001m);
        await ledger.SpendAsync(session, 1);

        var alert = ledger.Store.Alerts.Values.Single();
        Assert.That(
            (alert.Kind, alert.TeamId, alert.AgentId, alert.SessionId, alert.Details.Threshold, alert.CreatedAt),
            Is.EqualTo((AlertKind.Threshold, ledger.TeamOf(session), (Guid?)null, (long?)null, (decimal?)0.5m, Noon)));
    }

    [Test]
    public async Task One_usage_raises_one_alert_for_each_budget_of_which_it_crosses_lines()
    {
        var session = ledger.StartSession(new() { Daily = Usd(10), AgentDaily = Usd(20) });

        await ledger.SpendAsync(session, 10);

        Assert.That(
            ledger.Store.Alerts.Values.Select(alert => (alert.Kind, alert.Details.Scope, alert.Details.Threshold)),
            Is.EquivalentTo(new (AlertKind, BudgetScope?, decimal?)[]
            {
                (AlertKind.BudgetExceeded, BudgetScope.Team, null),
                (AlertKind.Threshold, BudgetScope.Agent, 0.5m),
            }));
        Assert.That(ledger.Store.Alerts.Values.Last().AgentId, Is.EqualTo(ledger.AgentOf(session)));
    }

    [Test]
    public async Task A_crossed_line_is_an_alert_event_and_a_budget_event_with_the_spending_after_it()
    {
        var session = ledger.StartSession(new() { Daily = Usd(10) });

        await ledger.SpendAsync(session, 5);

        Assert.That(ledger.Store.Events.Select(told => told.Kind), Is.EqualTo(new[] { EventKind.Alert, EventKind.Budget }));
        Assert.That(JsonDocument.Parse(ledger.Store.Events[1].Payload).RootElement.GetProperty("spent_usd").GetDecimal(), Is.EqualTo(5m));
    }

    [Test]
    public async Task A_known_alert_is_not_raised_again()
    {
        var session = ledger.StartSession(new() { Daily = Usd(10) });
        await ledger.SpendAsync(session, 5);
        var window = ledger.Store.PolicyOf(ledger.Session(session)).BudgetsAt(Noon)[2].Window;
        ledger.Store.Counters[window] = default;
        var before = ledger.Store.Events.Count;

        await ledger.SpendAsync(session, 5);

        Assert.That(ledger.Store.Alerts, Has.Count.EqualTo(1));
        Assert.That(ledger.Store.Events, Has.Count.EqualTo(before));
    }

    [Test]
    public async Task A_line_that_two_usages_of_a_transaction_pass_is_told_once()
    {
        var session = ledger.StartSession(new() { Daily = Usd(10) });

        await ledger.RunAsync(ledger.Usage(session, 5), ledger.Usage(session, 1), ledger.Usage(session, 1));

        Assert.That(ledger.Store.Alerts, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_tasks_red_flag_is_told_with_and_without_a_cap()
    {
        var session = ledger.StartSession(task: new(7, null, TaskType.Bugfix));

        await ledger.SpendAsync(session, 5);
        Assert.That(ledger.Store.Alerts, Is.Empty);
        await ledger.SpendAsync(session, 0.000000001m);

        var alert = ledger.Store.Alerts.Values.Single();
        Assert.That((alert.Kind, alert.TaskId, alert.SessionId), Is.EqualTo((AlertKind.RedFlag, (long?)7, (long?)null)));
        Assert.That(ledger.Store.Events.Single().Kind, Is.EqualTo(EventKind.Alert));
    }

    [Test]
    public async Task Usage_under_a_subscription_crosses_no_line()
    {
        await ledger.AcceptAsync(ledger.Usage(ledger.StartSession(new() { Daily = Usd(1) }), 5, billing: Billing.Subscription));

        Assert.That(ledger.Store.Alerts, Is.Empty);
    }

    [Test]
    public async Task An_implausible_usage_is_told_beyond_the_bound_and_recorded()
    {
        ledger.Rules = ledger.Rules with { Bounds = new() { ImplausibleCost = Usd(100) } };
        var session = ledger.StartSession(task: new(7, null, default));
        await ledger.SpendAsync(session, 100);
        Assert.That(ledger.Store.Alerts.Keys.Select(key => key.Kind), Does.Not.Contain(AlertKind.ImplausibleUsage));

        await ledger.SpendAsync(session, 100.000000001m);

        var alert = ledger.Store.Alerts.Values.Single(alert => alert.Kind == AlertKind.ImplausibleUsage);
        Assert.That(
            (alert.Kind, alert.AgentId, alert.SessionId, alert.TaskId, alert.Window),
            Is.EqualTo((AlertKind.ImplausibleUsage, (Guid?)ledger.AgentOf(session), (long?)session, (long?)7, "2026-03-04")));
        Assert.That(ledger.Store.Records, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task An_implausible_hour_of_an_agent_is_told_beyond_the_bound()
    {
        ledger.Rules = ledger.Rules with { Bounds = new() { ImplausibleHourlyCost = Usd(10) } };
        var session = ledger.StartSession();
        var sibling = ledger.AddSession(ledger.AgentOf(session));
        await ledger.SpendAsync(session, 4);
        await ledger.AcceptAsync(ledger.Usage(sibling, 6, billing: Billing.Subscription));
        Assert.That(ledger.Store.Alerts, Is.Empty);

        await ledger.RunAsync(ledger.Usage(sibling, 0.000000001m, at: Noon.AddMinutes(4)));

        var alert = ledger.Store.Alerts.Values.Single();
        Assert.That(
            (alert.Kind, alert.AgentId, alert.SessionId, alert.Window, alert.Details.Spent),
            Is.EqualTo((AlertKind.ImplausibleUsage, (Guid?)ledger.AgentOf(session), (long?)sibling, "2026-03-04T12:00Z", (MoneyTotal?)Usd(10.000000001m))));
    }

    [Test]
    public async Task An_hour_counts_neither_what_came_before_or_after_it_nor_another_agents_usage()
    {
        ledger.Rules = ledger.Rules with { Bounds = new() { ImplausibleHourlyCost = Usd(10) } };
        var session = ledger.StartSession();
        var stranger = ledger.AddSession(ledger.AddAgent(ledger.TeamOf(session)));
        await ledger.SpendAsync(session, 10, at: Noon.AddTicks(-1));
        await ledger.SpendAsync(stranger, 10);

        await ledger.RunAsync(ledger.Usage(stranger, 0), ledger.Usage(session, 10, at: Noon));

        Assert.That(ledger.Store.Alerts, Is.Empty);
        Assert.That(ledger.Store.Calls, Does.Contain("CostInAsync"));
    }

    [Test]
    public async Task An_hour_counts_what_its_transaction_records_in_it()
    {
        ledger.Rules = ledger.Rules with { Bounds = new() { ImplausibleHourlyCost = Usd(10) } };
        var session = ledger.StartSession();
        var stranger = ledger.AddSession(ledger.AddAgent(ledger.TeamOf(session)));
        ledger.Time.Advance(TimeSpan.FromMinutes(59));

        await ledger.RunAsync(
            ledger.Usage(session, 9, at: Noon.AddTicks(-1)),
            ledger.Usage(session, 6),
            ledger.Usage(session, 5, billing: Billing.Subscription),
            ledger.Usage(session, 9, at: Noon.AddHours(1)),
            ledger.Usage(stranger, 9));

        Assert.That(ledger.Store.Alerts.Values.Select(alert => alert.Details.Spent), Is.EqualTo(new MoneyTotal?[] { Usd(11) }));
    }

    [Test]
    public async Task The_rollups_of_an_hour_are_not_read_while_the_day_costs_no_more_than_an_hour_may()
    {
        ledger.Rules = ledger.Rules with { Bounds = new() { ImplausibleHourlyCost = Usd(10) } };

        var session = ledger.StartSession();
        await ledger.SpendAsync(ledger.AddSession(ledger.AddAgent(ledger.TeamOf(session))), 10);

        await ledger.SpendAsync(session, 10);

        Assert.That(ledger.Store.Calls, Does.Not.Contain("CostInAsync"));
    }

    [Test]
    public async Task An_unpriced_model_is_told_once_a_day()
    {
        var session = ledger.StartSession(model: "acme-1");

        await ledger.AcceptAsync(ledger.Usage(session));
        ledger.Store.Calls.Clear();
        await ledger.AcceptAsync(ledger.Usage(session));
        Assert.That(ledger.Store.Calls, Does.Not.Contain("FindAlertsAsync"), "the session remembers that it was told");
        ledger.Time.Advance(TimeSpan.FromHours(12));
        await ledger.AcceptAsync(ledger.Usage(session));

        Assert.That(ledger.Store.Alerts.Values.Select(alert => (alert.Kind, alert.Window)), Is.EqualTo(new[] { (AlertKind.UnpricedModel, "2026-03-04"), (AlertKind.UnpricedModel, "2026-03-05") }));
        Assert.That(ledger.Store.Alerts.Values.First().Message, Does.Contain("counts at the assumed rates of 10.00 USD"));
    }

    [Test]
    public async Task Unpriced_usage_that_counts_nothing_says_so()
    {
        await ledger.AcceptAsync(ledger.Usage(ledger.StartSession(new() { UnpricedModels = UnpricedModelRule.Record }, model: "acme-1")));

        Assert.That(ledger.Store.Alerts.Values.Single().Message, Does.Contain("counts as 0 USD"));
    }

    [Test]
    public async Task A_stated_cost_far_from_the_price_is_told_once_and_a_near_one_is_not()
    {
        ledger.SetPrice("acme-1", 10, 0);
        var session = ledger.StartSession(rules: new() { MaxTokens = null }, model: "acme-1");
        TokenCounts million = new(1_000_000, 0);

        await ledger.AcceptAsync(ledger.Usage(session, 12, tokens: million));
        Assert.That(ledger.Store.Alerts, Is.Empty);
        await ledger.AcceptAsync(ledger.Usage(session, 12.000000001m, tokens: million));
        await ledger.AcceptAsync(ledger.Usage(session, 13, tokens: million));

        var alert = ledger.Store.Alerts.Values.Single();
        Assert.That((alert.Kind, alert.Details.Cost, alert.Details.ExpectedCost), Is.EqualTo((AlertKind.CostDiffers, (Money?)Usd(12.000000001m), (Money?)Usd(10))));
    }

    [Test]
    public async Task A_catalogue_price_differs_from_nothing()
    {
        ledger.SetPrice("acme-1", 10, 0);

        await ledger.AcceptAsync(ledger.Usage(ledger.StartSession(model: "acme-1")));

        Assert.That(ledger.Store.Alerts, Is.Empty);
    }

    [Test]
    public async Task Wrong_telemetry_is_told()
    {
        var session = ledger.StartSession();
        var usage = ledger.Usage(session, 1);

        await ledger.AcceptAsync(usage with { RecordId = Guid.NewGuid(), Telemetry = new(false, null, "", null, [], []) });
        Assert.That(ledger.Store.Alerts, Is.Empty);
        await ledger.AcceptAsync(usage with { RecordId = Guid.NewGuid(), Telemetry = new(false, null, "no such task", null, [], []) });
        await ledger.AcceptAsync(usage with { RecordId = Guid.NewGuid(), Telemetry = new(false, Noon.AddDays(-90), "", null, [], []) });

        Assert.That(ledger.Store.Alerts.Values.Select(alert => alert.Kind), Is.EqualTo(new[] { AlertKind.TelemetryAttribute, AlertKind.TelemetryClock }));
        Assert.That(ledger.Store.Alerts.Values.Select(alert => alert.SessionId), Is.All.EqualTo(session));
        Assert.That(ledger.Store.Alerts.Values.First().Message, Does.EndWith("no such task"));
    }

    [Test]
    public async Task A_correction_crosses_lines_but_is_not_inspected_as_a_usage()
    {
        var session = ledger.StartSession(new() { UnpricedModels = UnpricedModelRule.Record, Daily = Usd(2) }, new() { MaxTokens = 2_000_000 }, "acme-1");
        await ledger.AcceptAsync(ledger.Usage(session, tokens: new(1_000_000, 0), error: "timeout"));
        ledger.Store.Alerts.Clear();
        var watch = ledger.Session(session).DetectorState;
        ledger.SetPrice("acme-1", 1, 15);

        await ledger.AcceptAsync(new RepriceEntry(session, 1, Noon));

        Assert.That(ledger.Store.Alerts.Values.Select(alert => alert.Kind), Is.EqualTo(new[] { AlertKind.Threshold }));
        Assert.That(ledger.Session(session).DetectorState, Is.EqualTo(watch));
    }

    [Test]
    public async Task The_call_that_reaches_the_tokens_of_the_window_is_told_and_none_after_it_is()
    {
        var session = ledger.StartSession(rules: new() { MaxTokens = 2_200 });

        await ledger.SpendAsync(session, 1);
        Assert.That(ledger.Store.Alerts, Is.Empty);
        var crossing = await ledger.SpendAsync(session, 1);
        await ledger.SpendAsync(session, 1);

        Assert.That(ledger.Store.Alerts.Values.Single().Kind, Is.EqualTo(AlertKind.RunawayTokens));
        Assert.That(crossing.Stop, Is.False);
    }

    [Test]
    public async Task A_runaway_pauses_its_agent_and_the_answer_of_the_crossing_call_says_stop()
    {
        var session = ledger.StartSession(rules: new() { MaxTokens = 1_100, Action = RunawayAction.Pause });
        await ledger.ReserveAsync(session, 1);

        var response = await ledger.SpendAsync(session, 1);

        Assert.That(response.StopReasons, Is.EqualTo(new[] { "runaway_tokens", "paused:agent" }));
        Assert.That(
            ledger.Store.Agents[ledger.AgentOf(session)].Pause,
            Is.EqualTo(new Pause { PausedAt = Noon, Reason = "runaway_tokens", By = "entourage", ReservationsReleased = 1 }));
        Assert.That(ledger.Store.Audited.Single().Actor, Is.EqualTo("entourage"));
        Assert.That(ledger.Session(session).State.IsActive, Is.True);
    }

    [Test]
    public async Task A_runaway_leaves_a_pause_in_force_and_replaces_an_expired_one()
    {
        var session = ledger.StartSession(rules: new() { MaxTokens = 1_100, Action = RunawayAction.Pause });
        var other = ledger.StartSession(rules: new() { MaxTokens = 1_100, Action = RunawayAction.Pause });
        ledger.Pause(PauseScope.Agent, ledger.AgentOf(session), Noon.AddMinutes(1));
        ledger.Pause(PauseScope.Agent, ledger.AgentOf(other), Noon);

        await ledger.SpendAsync(session, 1);
        await ledger.SpendAsync(other, 1);

        Assert.That(ledger.Store.Agents[ledger.AgentOf(session)].Pause!.Reason, Is.EqualTo("lunch"));
        Assert.That(ledger.Store.Agents[ledger.AgentOf(other)].Pause!.Reason, Is.EqualTo("runaway_tokens"));
    }

    [Test]
    public async Task A_repeated_error_kills_the_session_and_what_is_below_it_and_nothing_else()
    {
        var parent = ledger.StartSession(rules: new() { MaxRepeatedErrors = 2, Action = RunawayAction.Kill });
        var session = ledger.AddSession(ledger.AgentOf(parent), parent);
        var child = ledger.AddSession(ledger.AgentOf(parent), session);

        await ledger.AcceptAsync(ledger.Usage(session, 1, error: "timeout after 31 ms"));
        var response = await ledger.AcceptAsync(ledger.Usage(session, 1, error: "timeout after 32 ms"));

        Assert.That((response.Status, response.Error), Is.EqualTo((SessionStatus.Killed, "repeated_error")));
        Assert.That(response.StopReasons, Is.EqualTo(new[] { "repeated_error", "session_killed" }));
        Assert.That((ledger.Session(parent).State.IsActive, ledger.Session(child).State.IsActive), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task A_runaway_that_also_exhausts_a_cap_names_both_reasons()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1), OnExceed = OnExceed.Kill }, new() { MaxTokens = 1_100, Action = RunawayAction.Pause });

        var response = await ledger.SpendAsync(session, 1);

        Assert.That(response.StopReasons, Is.EqualTo(new[] { "budget_exceeded:team:day", "runaway_tokens", "paused:agent", "session_killed" }));
    }

    [Test]
    public async Task Callers_that_share_a_transaction_see_a_runaway_tripped_once()
    {
        var session = ledger.StartSession(rules: new() { MaxTokens = 1_100 });

        await ledger.RunAsync(ledger.Usage(session, 1), ledger.Usage(session, 1));

        Assert.That(ledger.Store.Alerts, Has.Count.EqualTo(1));
    }
}
