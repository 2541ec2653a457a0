using CsCheck;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class BudgetPolicyDuringTests
{
    private static readonly string[] Zones =
        ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham", "Pacific/Kiritimati", "Australia/Lord_Howe", "America/Santiago"];

    private static readonly Gen<DateTimeOffset> Instants =
        Gen.DateTime[new DateTime(2025, 1, 1), new DateTime(2030, 1, 1)].Select(utc => new DateTimeOffset(utc.Ticks, TimeSpan.Zero));

    private static BudgetPolicy In(string zone) => new()
    {
        OrganisationId = new("0195f3c0-0000-7000-8000-000000000001"),
        OrganisationLimits = new() { Daily = Some.Usd(100) },
        TeamId = new("0195f3c0-0000-7000-8000-000000000002"),
        Timezone = zone,
        TeamLimits = new() { Daily = Some.Usd(10) },
        AgentId = new("0195f3c0-0000-7000-8000-000000000003"),
        Task = new TaskCap(7, Some.Usd(5), TaskType.Bugfix),
        SessionPath = [33, 11],
    };

    [Test]
    public void Within_a_day_the_budgets_are_those_of_the_first_instant()
    {
        var policy = In("America/New_York");
        var from = TestTime.Parse("2026-03-04T12:00Z");
        Assert.That(policy.BudgetsDuring(from, from), Is.EqualTo(policy.BudgetsAt(from)));
        Assert.That(policy.BudgetsDuring(from, TestTime.Parse("2026-03-05T00:00Z")), Is.EqualTo(policy.BudgetsAt(from)), "the end is exclusive");
    }

    [Test]
    public void Beyond_midnight_the_budgets_of_the_next_day_are_added_once()
    {
        var policy = In("America/New_York");

        // On Saturday, 28 February, in New York: a new day for the organisation, then another day, and month, for the team.
        var during = policy.BudgetsDuring(TestTime.Parse("2026-02-28T23:30Z"), TestTime.Parse("2026-03-01T05:00:00.0000001Z"));

        Assert.That(during.Select(budget => budget.Window), Is.Unique);
        Assert.That(
            during.Skip(9).Select(budget => (budget.Window.Scope, budget.Window.Period, $"{budget.Window.Start:yyyy-MM-dd}", budget.Limit?.ToString())),
            Is.EqualTo(new[]
            {
                (BudgetScope.Organisation, BudgetPeriod.Day, "2026-03-01", "100.00"),
                (BudgetScope.Organisation, BudgetPeriod.Month, "2026-03-01", null),
                (BudgetScope.Team, BudgetPeriod.Day, "2026-03-01", "10.00"),
                (BudgetScope.Team, BudgetPeriod.Month, "2026-03-01", null),
                (BudgetScope.Agent, BudgetPeriod.Day, "2026-03-01", null),
            }));
        Assert.That(during.Take(9), Is.EqualTo(policy.BudgetsAt(TestTime.Parse("2026-02-28T23:30Z"))));
    }

    [Test]
    public void The_budgets_of_an_interval_are_those_of_all_its_instants() =>
        Gen.Select(Gen.OneOf(Zones), Instants, Gen.Int[1, 3 * 24 * 60]).Sample(
            (zone, from, minutes) =>
            {
                var policy = In(zone);
                var until = from.AddMinutes(minutes);

                // Windows begin only on quarters of an hour.
                var quarters = Enumerable.Range(1, (minutes / 15) + 1)
                    .Select(quarter => UsageRollup.QuarterOf(from) + (quarter * UsageRollup.Quarter))
                    .Where(quarter => quarter < until);
                var expected = quarters.Prepend(from).SelectMany(policy.BudgetsAt).DistinctBy(budget => budget.Window);
                return expected.SequenceEqual(policy.BudgetsDuring(from, until));
            },
            iter: 30);

    [Test]
    public void A_policy_for_windows_has_no_limits()
    {
        var team = Some.Team("Asia/Kathmandu");
        var agent = Agent.Create(team, "Ada", AgentRole.Engineer, model: null, Some.Now);
        var policy = BudgetPolicy.ForWindows(team, agent.Id);

        Assert.Multiple(() =>
        {
            Assert.That((policy.OrganisationId, policy.TeamId, policy.AgentId), Is.EqualTo((team.OrganisationId, team.Id, agent.Id)));
            Assert.That(policy.Timezone, Is.EqualTo("Asia/Kathmandu"));
            Assert.That(policy.BudgetsAt(Some.Now).Select(budget => budget.Limit), Has.Exactly(6).Items.And.All.Null);
        });
    }

    [Test]
    public void A_session_policy_for_windows_has_its_task_and_ancestors()
    {
        var team = Some.Team();
        var agent = Agent.Create(team, "Ada", AgentRole.Engineer, model: null, Some.Now);
        var parent = Session.Start(agent, Some.Task().StoredAs(7), parent: null, model: null, Some.Now).StoredAs(11);
        var child = Session.Start(agent, task: null, parent, model: null, Some.Now).StoredAs(33);

        var (ofParent, ofChild) = (BudgetPolicy.ForWindows(team, parent), BudgetPolicy.ForWindows(team, child));

        Assert.Multiple(() =>
        {
            Assert.That(ofParent.Task?.TaskId, Is.EqualTo(7));
            Assert.That(ofParent.SessionPath, Is.EqualTo(new[] { 11L }));
            Assert.That(ofChild.Task, Is.Null);
            Assert.That(ofChild.SessionPath, Is.EqualTo(new[] { 33L, 11L }));
            Assert.That(ofParent.BudgetsAt(Some.Now).Concat(ofChild.BudgetsAt(Some.Now)).Select(budget => budget.Limit), Is.All.Null);
        });
    }
}
