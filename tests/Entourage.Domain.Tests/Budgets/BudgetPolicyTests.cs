using Entourage.Domain.Budgets;
using Entourage.Domain.Tasks;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class BudgetPolicyTests
{
    private static readonly Guid Organisation = new("0195f3c0-0000-7000-8000-000000000001");
    private static readonly Guid Team = new("0195f3c0-0000-7000-8000-000000000002");
    private static readonly Guid Agent = new("0195f3c0-0000-7000-8000-000000000003");

    // Sunday 1 March in UTC, still Saturday 28 February in New York.
    private static readonly DateTimeOffset Instant = TestTime.Parse("2026-03-01T03:30Z");

    private static readonly BudgetPolicy Policy = new()
    {
        OrganisationId = Organisation,
        OrganisationLimits = new OrganisationLimits { Daily = Some.Usd(1_000), Monthly = Some.Usd(20_000) },
        TeamId = Team,
        Timezone = "America/New_York",
        TeamLimits = new TeamLimits
        {
            Daily = Some.Usd(100),
            Weekly = Some.Usd(500),
            Monthly = Some.Usd(1_500),
            Task = Some.Usd(5),
            Session = Some.Usd(3),
            AgentDaily = Some.Usd(20),
        },
        AgentId = Agent,
        Task = new TaskCap(7, OwnLimit: null, TaskType.Bugfix),
        SessionPath = [33, 22, 11],
    };

    private static Budget Expected(BudgetScope scope, string id, BudgetPeriod period, string start, decimal? limit, string? startsAt, string? resetsAt) => new(
        new BudgetWindow(scope, id, period, TestTime.Date(start)),
        limit is { } usd ? Some.Usd(usd) : null,
        Enforcement.Hard,
        resetsAt is null ? null : TestTime.Parse(resetsAt))
    {
        StartsAt = startsAt is null ? null : TestTime.Parse(startsAt),
    };

    private static Budget Only(BudgetPolicy policy, BudgetScope scope) => policy.BudgetsAt(Instant).Single(budget => budget.Window.Scope == scope);

    [Test]
    public void Budgets_run_from_the_widest_scope_to_the_narrowest()
    {
        var organisation = Organisation.ToString();
        var team = Team.ToString();
        Assert.That(Policy.BudgetsAt(Instant), Is.EqualTo(new[]
        {
            Expected(BudgetScope.Organisation, organisation, BudgetPeriod.Day, "2026-03-01", 1_000, "2026-03-01T00:00Z", "2026-03-02T00:00Z"),
            Expected(BudgetScope.Organisation, organisation, BudgetPeriod.Month, "2026-03-01", 20_000, "2026-03-01T00:00Z", "2026-04-01T00:00Z"),
            Expected(BudgetScope.Team, team, BudgetPeriod.Day, "2026-02-28", 100, "2026-02-28T05:00Z", "2026-03-01T05:00Z"),
            Expected(BudgetScope.Team, team, BudgetPeriod.Week, "2026-02-23", 500, "2026-02-23T05:00Z", "2026-03-02T05:00Z"),
            Expected(BudgetScope.Team, team, BudgetPeriod.Month, "2026-02-01", 1_500, "2026-02-01T05:00Z", "2026-03-01T05:00Z"),
            Expected(BudgetScope.Agent, Agent.ToString(), BudgetPeriod.Day, "2026-02-28", 20, "2026-02-28T05:00Z", "2026-03-01T05:00Z"),
            Expected(BudgetScope.Task, "7", BudgetPeriod.Total, "0001-01-01", 5, null, null),
            Expected(BudgetScope.Session, "33", BudgetPeriod.Total, "0001-01-01", null, null, null),
            Expected(BudgetScope.Session, "22", BudgetPeriod.Total, "0001-01-01", null, null, null),
            Expected(BudgetScope.Session, "11", BudgetPeriod.Total, "0001-01-01", 3, null, null),
        }));
    }

    [Test]
    public void The_instant_of_spending_decides_the_windows()
    {
        var late = Policy.BudgetsAt(Instant.AddDays(-1)).Where(budget => budget.Window.Period == BudgetPeriod.Day);
        Assert.That(
            late.Select(budget => budget.Window.Start),
            Is.EqualTo(new[] { new DateOnly(2026, 2, 28), new DateOnly(2026, 2, 27), new DateOnly(2026, 2, 27) }));
    }

    [Test]
    public void Spending_without_a_cap_is_counted()
    {
        var uncapped = Policy with { OrganisationLimits = new OrganisationLimits(), TeamLimits = new TeamLimits() };
        Assert.That(
            uncapped.BudgetsAt(Instant).Select(budget => budget.Window),
            Is.EqualTo(Policy.BudgetsAt(Instant).Select(budget => budget.Window)));
        Assert.That(uncapped.BudgetsAt(Instant).Select(budget => budget.Limit), Is.All.Null);
    }

    [Test]
    public void Without_a_task_and_a_session_no_such_budget_exists()
    {
        var bare = Policy with { Task = null, SessionPath = [] };
        Assert.That(
            bare.BudgetsAt(Instant).Select(budget => budget.Window.Scope),
            Is.EqualTo(new[]
            {
                BudgetScope.Organisation, BudgetScope.Organisation, BudgetScope.Team, BudgetScope.Team, BudgetScope.Team, BudgetScope.Agent,
            }));
    }

    [Test]
    public void A_minimal_policy_has_no_task_session_or_own_limit()
    {
        var policy = new BudgetPolicy
        {
            OrganisationId = Organisation,
            OrganisationLimits = new OrganisationLimits(),
            TeamId = Team,
            Timezone = "UTC",
            TeamLimits = new TeamLimits(),
            AgentId = Agent,
        };
        Assert.That(policy.SessionPath, Is.Empty);
        Assert.That(policy.Task, Is.Null);
        Assert.That(policy.AgentDailyLimit, Is.Null);
    }

    [Test]
    public void An_observing_team_cannot_opt_out_of_its_organisations_caps()
    {
        var observing = Policy with { TeamLimits = Policy.TeamLimits with { Enforcement = Enforcement.Observe } };
        var budgets = observing.BudgetsAt(Instant);
        var ofOrganisation = budgets.Where(budget => budget.Window.Scope == BudgetScope.Organisation);
        var ofTeam = budgets.Where(budget => budget.Window.Scope != BudgetScope.Organisation);
        Assert.That(ofOrganisation.Select(budget => budget.Enforcement), Is.All.EqualTo(Enforcement.Hard));
        Assert.That(ofTeam.Select(budget => budget.Enforcement), Is.All.EqualTo(Enforcement.Observe));
    }

    [Test]
    public void An_agents_own_limit_overrides_its_teams_default()
    {
        Assert.That(Only(Policy with { AgentDailyLimit = Some.Usd(50) }, BudgetScope.Agent).Limit, Is.EqualTo(Some.Usd(50)));
        Assert.That(Only(Policy with { AgentDailyLimit = Money.Zero }, BudgetScope.Agent).Limit, Is.EqualTo(Money.Zero));
        Assert.That(Only(Policy with { AgentDailyLimit = null }, BudgetScope.Agent).Limit, Is.EqualTo(Some.Usd(20)));
    }

    [Test]
    public void A_session_without_a_parent_has_the_session_cap() =>
        Assert.That(Only(Policy with { SessionPath = [5] }, BudgetScope.Session).Limit, Is.EqualTo(Some.Usd(3)));

    [TestCase("0.25", "5", true, TaskType.Bugfix, "0.25")]
    [TestCase("0", "5", true, TaskType.Bugfix, "0.00")]
    [TestCase("9", "5", false, TaskType.Bugfix, "9.00")]
    [TestCase(null, "5", true, TaskType.Bugfix, "5.00")]
    [TestCase(null, "0", true, TaskType.Bugfix, "0.00")]
    [TestCase(null, null, true, TaskType.Bugfix, "3.00")]
    [TestCase(null, null, true, TaskType.Feature, "20.00")]
    [TestCase(null, null, true, TaskType.Config, "0.50")]
    [TestCase(null, null, true, TaskType.Chore, null)]
    [TestCase(null, null, false, TaskType.Bugfix, null)]
    public void A_tasks_cap_is_its_own_then_its_teams_then_its_types_guideline(
        string? own,
        string? ofTeam,
        bool applyGuidelines,
        TaskType type,
        string? expected)
    {
        var policy = Policy with
        {
            Task = new TaskCap(7, AsMoney(own), type),
            TeamLimits = Policy.TeamLimits with { Task = AsMoney(ofTeam), ApplyGuidelineBudgets = applyGuidelines },
        };
        Assert.That(Only(policy, BudgetScope.Task).Limit?.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void An_unknown_zone_is_refused() =>
        Assert.That(() => (Policy with { Timezone = "nowhere" }).BudgetsAt(Instant), Refused.With("unknown-timezone", "Timezone"));

    private static Money? AsMoney(string? usd) => usd is null ? null : BudgetTag.LimitOf([$"budget:{usd}"]);
}
