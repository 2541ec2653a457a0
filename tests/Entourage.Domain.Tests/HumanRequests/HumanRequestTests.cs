using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Teams;

namespace Entourage.Domain.Tests.HumanRequests;

internal sealed class HumanRequestTests
{
    private static readonly DateOnly Today = new(2026, 3, 4);

    [Test]
    public void A_request_is_pending_until_it_is_answered()
    {
        var agent = Some.Agent();
        var session = Some.Session();
        var asked = HumanRequest.Ask(agent, session, HumanRequestKind.BudgetIncrease, "More?", Some.Usd(2), Some.Now);
        Assert.Multiple(() =>
        {
            Assert.That(asked.Id.Version, Is.EqualTo(7));
            Assert.That((asked.TeamId, asked.AgentId, asked.SessionId, asked.TaskId), Is.EqualTo((session.TeamId, agent.Id, session.Id, session.TaskId)));
            Assert.That(HumanRequest.Ask(agent, null, HumanRequestKind.Question, "Why?", null, Some.Now).TeamId, Is.EqualTo(agent.TeamId));
            Assert.That((asked.Status, asked.Granted, asked.GrantScope, asked.GrantEndsAt, asked.RespondedAt), Is.EqualTo((
                HumanRequestStatus.Pending, (Money?)null, (BudgetScope?)null, (DateTimeOffset?)null, (DateTimeOffset?)null)));
        });
    }

    [Test]
    public void A_grant_raises_the_tasks_cap_permanently()
    {
        var team = TeamOf(daily: 10, task: 5);
        var (tagged, untagged) = (Some.Task("budget:0.50"), Some.Task());

        var asked = Ask(1.25m);
        asked.Approve("Go on.", granted: null, team, tagged, Some.Later);
        Ask(9m).Approve(response: null, Some.Usd(2), team, untagged, Some.Later);
        Ask(9m).Approve(response: null, Some.Usd(1), team, untagged, Some.Later);

        Assert.Multiple(() =>
        {
            Assert.That((tagged.OwnLimit, tagged.CapIn(team.Limits)), Is.EqualTo((Some.Usd(1.75m), Some.Usd(1.75m))));
            Assert.That((untagged.OwnLimit, untagged.UpdatedAt), Is.EqualTo((Some.Usd(8), Some.Later)));
            Assert.That(team.DayGrant, Is.Null);
            Assert.That((asked.Status, asked.Response, asked.RespondedAt), Is.EqualTo((HumanRequestStatus.Approved, "Go on.", Some.Later)));
            Assert.That((asked.Granted, asked.GrantScope, asked.GrantEndsAt), Is.EqualTo((Some.Usd(1.25m), BudgetScope.Task, (DateTimeOffset?)null)));
        });
    }

    [Test]
    public void Without_a_capped_task_grants_add_up_on_the_teams_day()
    {
        var team = TeamOf(daily: 10);
        var asked = Ask(3m);

        asked.Approve(response: null, granted: null, team, task: null, Some.Now);
        Ask(9m).Approve(response: null, Some.Usd(0.5m), team, Some.Task(), Some.Now);

        Assert.That(team.DayGrant, Is.EqualTo(new DayGrant(Today, Some.Usd(3.5m))));
        Assert.That((asked.GrantScope, asked.GrantEndsAt), Is.EqualTo((BudgetScope.Team, TestTime.Parse("2026-03-05T00:00Z"))));

        Ask(1m).Approve(response: null, granted: null, team, task: null, Some.Now.AddDays(1));
        Assert.That(team.DayGrant, Is.EqualTo(new DayGrant(Today.AddDays(1), Some.Usd(1))), "yesterday's grant has ended");
    }

    [Test]
    public void A_grant_never_creates_a_cap()
    {
        var (team, task, asked) = (TeamOf(daily: null), Some.Task(), Ask(3m));
        Assert.That(() => asked.Approve(response: null, granted: null, team, task, Some.Now), Refused.With("nothing-to-raise", "Granted"));
        Assert.That(() => task.RaiseCap(Some.Usd(1), team.Limits, Some.Now), Refused.With("nothing-to-raise", "Granted"));
        Assert.That((asked.Status, task.OwnLimit, team.DayGrant), Is.EqualTo((HumanRequestStatus.Pending, (Money?)null, (DayGrant?)null)));
    }

    [Test]
    public void No_cap_is_raised_above_the_largest_input()
    {
        var team = TeamOf(daily: 999_999);
        var task = Some.Task("budget:999999");
        Ask(0.5m).Approve(response: null, granted: null, team, task: null, Some.Now);
        Assert.That(() => Ask(0.500000001m).Approve(response: null, granted: null, team, task: null, Some.Now), Refused.With("cap-too-large", "Granted"));
        Assert.That(() => Ask(1.000000001m).Approve(response: null, granted: null, team, task, Some.Now), Refused.With("cap-too-large", "Granted"));
        Ask(0.5m).Approve(response: null, granted: null, team, task: null, Some.Now);
        Ask(1m).Approve(response: null, granted: null, team, task, Some.Now);
        Assert.That((team.DayGrant!.Amount, task.OwnLimit), Is.EqualTo((Some.Usd(1), Money.LargestInput)));
    }

    [Test]
    public void A_request_is_answered_once()
    {
        var team = TeamOf(daily: 10);
        var (denied, approved) = (Ask(1m), Ask(1m));
        denied.Deny("No.", Some.Now);
        approved.Approve(response: null, granted: null, team, task: null, Some.Now);
        foreach (var asked in new[] { denied, approved })
        {
            Assert.That(() => asked.Deny("No.", Some.Later), Refused.With("already-answered"));
            Assert.That(() => asked.Approve(response: null, granted: null, team, task: null, Some.Later), Refused.With("already-answered"));
            Assert.That(asked.RespondedAt, Is.EqualTo(Some.Now));
        }

        Assert.That((denied.Status, denied.Granted, team.DayGrant!.Amount), Is.EqualTo((HumanRequestStatus.Denied, (Money?)null, Some.Usd(1))));
    }

    [Test]
    public void A_grant_needs_an_amount_and_a_question_gets_no_grant()
    {
        var team = TeamOf(daily: 10);
        var question = Ask(null, HumanRequestKind.Question);
        Assert.That(() => Ask(null).Approve(response: null, granted: null, team, task: null, Some.Now), Refused.With("validation", "Granted"));
        Assert.That(() => question.Approve("Yes.", Some.Usd(1), team, task: null, Some.Now), Refused.With("validation", "Granted"));
        question.Approve("Yes.", granted: null, team, task: null, Some.Now);
        Assert.That((question.Status, question.Response, question.Granted, team.DayGrant), Is.EqualTo((HumanRequestStatus.Approved, "Yes.", (Money?)null, (DayGrant?)null)));
    }

    [Test]
    public void A_raised_task_keeps_its_cap_until_the_amount_of_its_tag_changes()
    {
        var (team, task) = (TeamOf(daily: null), Some.Task("budget:1"));
        task.RaiseCap(Some.Usd(2), team.Limits, Some.Now);
        task.Change(Some.Content("budget:1.00", "backend") with { Title = "Other" }, Some.Later);
        Assert.That(task.OwnLimit, Is.EqualTo(Some.Usd(3)));
        task.Change(Some.Content("budget:2"), Some.Later);
        Assert.That(task.OwnLimit, Is.EqualTo(Some.Usd(2)));
        task.RaiseCap(Some.Usd(2), team.Limits, Some.Now);
        task.Change(Some.Content(), Some.Later);
        Assert.That(task.OwnLimit, Is.Null);
    }

    [Test]
    public void A_change_of_time_zone_ends_the_days_grant()
    {
        var team = TeamOf(daily: 10, timezone: "Asia/Kathmandu");
        team.RaiseDailyCap(Some.Usd(1), Some.Now);
        team.Configure(team.Limits with { Daily = Some.Usd(9) }, "Asia/Kathmandu");
        Assert.That(team.DayGrant, Is.EqualTo(new DayGrant(Today, Some.Usd(1))));
        team.Configure(team.Limits, "America/New_York");
        Assert.That(team.DayGrant, Is.Null);
    }

    [Test]
    public void A_grant_raises_the_cap_of_its_day_only()
    {
        var team = TeamOf(daily: 10, timezone: "America/New_York");
        team.RaiseDailyCap(Some.Usd(2), Some.Now);
        var policy = BudgetPolicy.ForWindows(team, Guid.CreateVersion7(Some.Now)) with { TeamLimits = team.Limits, TeamGrant = team.DayGrant };
        var midnight = TestTime.Parse("2026-03-04T05:00Z");

        Assert.That(
            new[] { midnight.AddTicks(-1), midnight, midnight.AddDays(1).AddTicks(-1), midnight.AddDays(1) }.Select(at => DayOf(policy, at)),
            Is.EqualTo(new (Money?, Money)[] { (Some.Usd(10), default), (Some.Usd(12), Some.Usd(2)), (Some.Usd(12), Some.Usd(2)), (Some.Usd(10), default) }));
        Assert.That(DayOf(policy with { TeamLimits = new() }, midnight), Is.EqualTo(((Money?)null, default(Money))));
        Assert.That(
            policy.BudgetsAt(midnight).Where(budget => budget.Granted != Money.Zero).Select(budget => (budget.Window.Scope, budget.Window.Period)),
            Is.EqualTo(new[] { (BudgetScope.Team, BudgetPeriod.Day) }));
    }

    private static (Money? Limit, Money Granted) DayOf(BudgetPolicy policy, DateTimeOffset at)
    {
        var day = policy.BudgetsAt(at).Single(budget => budget.Window is { Scope: BudgetScope.Team, Period: BudgetPeriod.Day });
        return (day.Limit, day.Granted);
    }

    private static HumanRequest Ask(decimal? usd, HumanRequestKind kind = HumanRequestKind.BudgetIncrease) =>
        HumanRequest.Ask(Some.Agent(), session: null, kind, "More?", usd is { } amount ? Some.Usd(amount) : null, Some.Now);

    private static Team TeamOf(decimal? daily, decimal? task = null, string timezone = "UTC")
    {
        var team = Some.Team(timezone);
        team.Configure(new() { Daily = daily is { } day ? Some.Usd(day) : null, Task = task is { } each ? Some.Usd(each) : null }, timezone);
        return team;
    }

    [Test]
    public void A_request_alerts_people_once_with_the_amount_if_it_states_one()
    {
        var (money, question) = (Ask(2m), Ask(null, HumanRequestKind.Question));
        Assert.Multiple(() =>
        {
            Assert.That(money.ToFinding("Ada").Message, Is.EqualTo("Ada asks for $2.00 more: More?"));
            Assert.That(question.ToFinding("Ada").Message, Is.EqualTo("Ada asks: More?"));
            Assert.That((question.ToFinding("").Cause, question.ToFinding("").Window), Is.EqualTo(($"request:{question.Id}", "total")));
            Assert.That(money.ToFinding("Ada").Details, Is.EqualTo(new AlertDetails { HumanRequestId = money.Id, Requested = Some.Usd(2) }));
        });
    }

    [Test]
    public void A_new_request_holds_its_question_and_its_session()
    {
        var session = Some.Session().StoredAs(42).StoredWith("TaskId", 7L);
        var asked = HumanRequest.Ask(Some.Agent(), session, HumanRequestKind.BudgetIncrease, "More?", Some.Usd(2), Some.Now);
        Assert.That((asked.Kind, asked.Question, asked.Requested, asked.CreatedAt), Is.EqualTo((HumanRequestKind.BudgetIncrease, "More?", (Money?)Some.Usd(2), Some.Now)));
        Assert.That((asked.SessionId, asked.TaskId), Is.EqualTo((42L, 7L)));
    }

    [Test]
    public void An_answer_increments_the_version_of_the_request_and_of_the_raised_owner()
    {
        var (team, task) = (TeamOf(daily: 10), Some.Task("budget:1"));
        var (denied, forTeam, forTask) = (Ask(1m), Ask(1m), Ask(1m));
        var (teamVersion, taskVersion) = (team.Version, task.Version);
        denied.Deny(response: null, Some.Now);
        forTeam.Approve(response: null, granted: null, team, task: null, Some.Now);
        forTask.Approve(response: null, granted: null, team, task, Some.Now);
        Assert.That((denied.Version, forTeam.Version, forTask.Version), Is.EqualTo((1L, 1L, 1L)));
        Assert.That((team.Version, task.Version), Is.EqualTo((teamVersion + 1, taskVersion + 1)));
    }

    [Test]
    public void A_refusal_says_what_is_wrong()
    {
        var team = TeamOf(daily: 999_999);
        Assert.Multiple(() =>
        {
            Assert.That(
                () => Ask(2m).Approve(response: null, granted: null, team, task: null, Some.Now),
                Throws.TypeOf<RuleViolationException>().With.Message.EqualTo("The cap would be 1000001.00 USD, but the largest cap is 1000000.00 USD."));
            Assert.That(
                () => Ask(2m).Approve(response: null, granted: null, TeamOf(daily: null), task: null, Some.Now),
                Throws.TypeOf<RuleViolationException>().With.Message.EqualTo("There is no cap to raise. Neither the task nor the team's day has one."));
        });
    }
}
