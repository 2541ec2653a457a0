using CsCheck;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Tasks;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class BudgetDetectorsTests
{
    private static readonly BudgetWindow Day = new(BudgetScope.Team, "core", BudgetPeriod.Day, new DateOnly(2026, 3, 4));

    [TestCase("0", "4.999999999", "")]
    [TestCase("0", "5", "0.5")]
    [TestCase("4.999999999", "0.000000001", "0.5")]
    [TestCase("5", "2.999999999", "")]
    [TestCase("7", "1", "0.8")]
    [TestCase("4", "5", "0.8")]
    [TestCase("9", "1", "exceeded")]
    [TestCase("0", "12", "exceeded")]
    [TestCase("10", "5", "")]
    [TestCase("5", "0", "")]
    public void A_cost_finds_the_highest_line_that_it_crosses(decimal spent, decimal cost, string lines) =>
        Assert.That(string.Join(", ", Crossed(Status(10, spent), cost).Select(NameOf)), Is.EqualTo(lines));

    [Test]
    public void A_limit_of_zero_is_exceeded_by_the_first_cost()
    {
        Assert.That(Crossed(Status(0, 0), 1).Select(NameOf), Is.EqualTo(new[] { "exceeded" }));
        Assert.That(Crossed(Status(0, 1), 1), Is.Empty);
    }

    [Test]
    public void A_budget_without_a_limit_has_no_lines() => Assert.That(Crossed(Status(null, 0), 1_000_000), Is.Empty);

    [Test]
    public void A_budget_that_observes_has_the_same_lines() => Assert.That(
        Crossed(Status(10, 0, Enforcement.Observe), 12).Select(NameOf), Is.EqualTo(Crossed(Status(10, 0), 12).Select(NameOf)));

    [Test]
    public void Reserved_money_crosses_no_line() =>
        Assert.That(Crossed(new(Status(10, 4).Budget, new(Some.Usd(4), Some.Usd(6))), 0.5m), Is.Empty);

    [Test]
    public void Passing_the_limit_is_more_than_any_threshold() => Assert.That(
        BudgetDetectors.Crossed(Status(10, 0), Some.Usd(16), AlertThresholds.Of([0.5m, 1.5m]))!.Kind, Is.EqualTo(AlertKind.BudgetExceeded));

    [Test]
    public void Threshold_above_the_limit_is_found_once_it_is_reached() => Assert.That(
        BudgetDetectors.Crossed(Status(10, 12), Some.Usd(3), AlertThresholds.Of([0.5m, 1.5m]))!.Details.Threshold, Is.EqualTo(1.5m));

    [Test]
    public void Each_line_is_found_once_for_any_sequence_of_costs() =>
        Gen.Select(Gen.Long[1, 1_000], Gen.Long[0, 200].Array[1, 50]).Sample((limit, costs) =>
        {
            var (spent, found) = (Money.Zero, new List<AlertFinding>());
            foreach (var cost in costs)
            {
                var status = new BudgetStatus(new(Day, new Money(limit), Enforcement.Hard, null), new(spent, Money.Zero));
                if (BudgetDetectors.Crossed(status, new Money(cost), AlertThresholds.Default) is { } finding)
                {
                    found.Add(finding);
                }

                spent += new Money(cost);
            }

            var reached = AlertThresholds.Default.Ratios.Where(ratio => spent.NanoUsd >= ratio * limit).Select(ratio => (decimal?)ratio).LastOrDefault();
            return found.LastOrDefault()?.Details.Threshold == (spent.NanoUsd >= limit ? null : reached)
                && found.Count(finding => finding.Kind == AlertKind.BudgetExceeded) == (spent.NanoUsd >= limit ? 1 : 0)
                && found.DistinctBy(finding => (finding.Kind, finding.Cause, finding.Window)).Count() == found.Count;
        });

    [Test]
    public void A_finding_names_the_budget_and_its_spending()
    {
        var found = Crossed(Status(10, 7), 1.5m).Single();
        Assert.Multiple(() =>
        {
            Assert.That((found.Cause, found.Window), Is.EqualTo(("Team:core:Day:10.00:0.8", "2026-03-04")));
            Assert.That(found.Message, Is.EqualTo("80 % of the team's daily budget of $10.00 is spent: $8.50."));
            Assert.That(found.Details, Is.EqualTo(new AlertDetails
            {
                Scope = BudgetScope.Team,
                ScopeId = "core",
                Period = BudgetPeriod.Day,
                Limit = Some.Usd(10),
                Spent = Some.Usd(8.5m),
                Threshold = 0.8m,
            }));
        });
    }

    [Test]
    public void A_raised_limit_is_a_new_cause() =>
        Assert.That(Crossed(Status(10, 0), 10).Concat(Crossed(Status(20, 0), 20)).Select(found => found.Cause), Is.Unique);

    [TestCase(TaskType.Config, "0.50", "0.50", false)]
    [TestCase(TaskType.Config, "0.50", "0.500000001", true)]
    [TestCase(TaskType.Config, "1.01", "1", false)]
    [TestCase(TaskType.Bugfix, "4", "1", false)]
    [TestCase(TaskType.Bugfix, "5", "0.01", true)]
    [TestCase(TaskType.Feature, "0", "31", true)]
    [TestCase(TaskType.Chore, "0", "1000", false)]
    public void A_task_above_the_red_flag_of_its_type_is_found(TaskType type, decimal spent, decimal cost, bool flagged)
    {
        var found = BudgetDetectors.RedFlag(new TaskCap(7, null, type), Some.Usd(spent), Some.Usd(cost));
        Assert.That(found?.Kind, Is.EqualTo(flagged ? AlertKind.RedFlag : null));
        Assert.That(found?.Cause, Is.EqualTo(flagged ? $"task:7:{type}" : null));
    }

    private static string NameOf(AlertFinding found) => found.Kind == AlertKind.BudgetExceeded ? "exceeded" : $"{found.Details.Threshold}";

    private static IEnumerable<AlertFinding> Crossed(BudgetStatus status, decimal cost) =>
        BudgetDetectors.Crossed(status, Some.Usd(cost), AlertThresholds.Default) is { } found ? [found] : [];

    private static BudgetStatus Status(decimal? limit, decimal spent, Enforcement enforcement = Enforcement.Hard) =>
        new(new(Day, limit is { } usd ? Some.Usd(usd) : null, enforcement, ResetsAt: null), new(Some.Usd(spent), Money.Zero));

    [TestCase(BudgetScope.Organisation, BudgetPeriod.Day, "the organisation's daily budget", "2026-03-04")]
    [TestCase(BudgetScope.Organisation, BudgetPeriod.Month, "the organisation's monthly budget", "2026-03-04")]
    [TestCase(BudgetScope.Team, BudgetPeriod.Week, "the team's weekly budget", "2026-03-04")]
    [TestCase(BudgetScope.Agent, BudgetPeriod.Day, "the agent's daily budget", "2026-03-04")]
    [TestCase(BudgetScope.Task, BudgetPeriod.Total, "task 7's budget", "total")]
    [TestCase(BudgetScope.Session, BudgetPeriod.Total, "session 7's budget", "total")]
    public void An_exceeded_budget_is_named_by_scope_and_period(BudgetScope scope, BudgetPeriod period, string name, string window)
    {
        var budget = new Budget(new(scope, "7", period, new(2026, 3, 4)), Some.Usd(10), Enforcement.Hard, null);
        var found = BudgetDetectors.Crossed(new BudgetStatus(budget, default), Some.Usd(12), AlertThresholds.Of([]))!;
        Assert.Multiple(() =>
        {
            Assert.That(found.Message, Is.EqualTo($"All of {name} of $10.00 is spent: $12.00."));
            Assert.That((found.Kind, found.Cause, found.Window), Is.EqualTo((AlertKind.BudgetExceeded, $"{scope}:7:{period}:10.00", window)));
            Assert.That(
                found.Details, Is.EqualTo(new AlertDetails { Scope = scope, ScopeId = "7", Period = period, Limit = Some.Usd(10), Spent = Some.Usd(12) }));
        });
    }

    [Test]
    public void A_red_flag_names_the_task_and_its_kind_of_work()
    {
        var found = BudgetDetectors.RedFlag(new TaskCap(7, null, TaskType.Bugfix), Some.Usd(4), Some.Usd(2))!;
        Assert.That(found.Message, Is.EqualTo("Task 7 has cost more than $5.00: a red flag for work of its kind (Bug fix)."));
        Assert.That((found.Window, found.Details), Is.EqualTo(("total", new AlertDetails { Limit = Some.Usd(5), Spent = Some.Usd(6) })));
    }

    [TestCase(null, true)]
    [TestCase(TaskType.Bugfix, false)]
    [TestCase(TaskType.LargeFeature, true)]
    [TestCase(TaskType.Chore, true)]
    public void A_red_flag_is_found_again_when_the_type_of_a_task_changes(TaskType? before, bool isFound)
    {
        var after = new TaskCap(7, null, TaskType.Bugfix);
        Assert.That(
            BudgetDetectors.RedFlag(before is { } type ? after with { TaskType = type } : null, Some.Usd(6), after, Some.Usd(6)) is not null, Is.EqualTo(isFound));
    }

    [Test]
    public void A_negative_cost_crosses_no_line() => Assert.That(Crossed(Status(10, 20), -5), Is.Empty);
}
