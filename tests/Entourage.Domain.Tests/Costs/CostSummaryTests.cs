using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Labels;

namespace Entourage.Domain.Tests.Costs;

internal sealed class CostSummaryTests
{
    private static readonly Guid Organisation = Guid.CreateVersion7(Some.Now);
    private static readonly Guid Team = Guid.CreateVersion7(Some.Now);
    private static readonly Guid Agent = Guid.CreateVersion7(Some.Now);
    private static readonly UsageSum Sum = new(new(1, 2, 3, 4), 5, new(6), new(7), 1);

    [Test]
    public void A_teams_summaries_use_its_local_days_and_hours()
    {
        var sums = new CostSummarySums();
        sums.AddToTeam(At("2026-06-10T20:15Z"), Sum);

        // In Kathmandu, 5:45 ahead of UTC, it is 2:00 on the next day.
        var day = new DateOnly(2026, 6, 11);
        Assert.That(sums.Sums.Keys, Is.EquivalentTo(new CostSummaryKey[]
        {
            new(Team, CostHeading.Everything, day, ""),
            new(Team, CostHeading.Hour, day, "2026-06-10T20:15Z"),
            new(Team, CostHeading.Agent, day, $"{Agent}"),
            new(Team, CostHeading.Agent, BudgetCalendar.Always, $"{Agent}"),
            new(Team, CostHeading.Task, day, "42"),
            new(Team, CostHeading.Task, BudgetCalendar.Always, "42"),
            new(Team, CostHeading.Model, day, "gpt-5"),
            new(Team, CostHeading.Model, BudgetCalendar.Always, "gpt-5"),
        }));
        Assert.That(sums.Sums.Values, Is.All.EqualTo(Sum));
    }

    [Test]
    public void An_organisations_summaries_use_utc_days_and_include_teams()
    {
        var sums = new CostSummarySums();
        sums.AddToOrganisation(At("2026-06-10T20:15Z"), Sum);
        sums.AddToOrganisation(At("2026-06-10T21:00Z") with { TaskId = null }, Sum);

        var day = new DateOnly(2026, 6, 10);
        Assert.That(sums.Sums[new(Organisation, CostHeading.Everything, day, "")], Is.EqualTo(Sum + Sum));
        Assert.That(sums.Sums[new(Organisation, CostHeading.Team, BudgetCalendar.Always, $"{Team}")], Is.EqualTo(Sum + Sum));
        Assert.That(sums.Sums[new(Organisation, CostHeading.Hour, day, "2026-06-10T20:00Z")], Is.EqualTo(Sum));
        Assert.That(sums.Sums[new(Organisation, CostHeading.Task, day, "")], Is.EqualTo(Sum), "work without a task");
    }

    [Test]
    public void Usage_counts_under_each_of_its_labels()
    {
        var sums = new CostSummarySums();
        var labelled = At("2026-06-10T20:15Z") with { Labels = LabelSet.Of([new("customer", "acme"), new("pr", "4711")]).Labels };
        sums.AddToTeam(labelled, Sum);
        sums.AddToTeam(labelled with { Labels = LabelSet.Of([new("customer", "acme")]).Labels }, Sum);
        sums.AddToTeam(labelled with { Labels = [] }, Sum);
        sums.AddToOrganisation(labelled, Sum);

        var (local, utc) = (new DateOnly(2026, 6, 11), new DateOnly(2026, 6, 10));
        Assert.That(sums.Sums.Where(sum => sum.Key.Heading == CostHeading.Label), Is.EquivalentTo(new Dictionary<CostSummaryKey, UsageSum>
        {
            [new(Team, CostHeading.Label, local, "customer=acme")] = Sum + Sum,
            [new(Team, CostHeading.Label, BudgetCalendar.Always, "customer=acme")] = Sum + Sum,
            [new(Team, CostHeading.Label, local, "pr=4711")] = Sum,
            [new(Team, CostHeading.Label, BudgetCalendar.Always, "pr=4711")] = Sum,
            [new(Organisation, CostHeading.Label, utc, "customer=acme")] = Sum,
            [new(Organisation, CostHeading.Label, BudgetCalendar.Always, "customer=acme")] = Sum,
            [new(Organisation, CostHeading.Label, utc, "pr=4711")] = Sum,
            [new(Organisation, CostHeading.Label, BudgetCalendar.Always, "pr=4711")] = Sum,
        }));
    }

    [Test]
    public void An_hour_survives_the_round_trip_through_an_item()
    {
        var hour = TestTime.Parse("2026-06-10T20:15Z");
        Assert.That(CostSummary.HourOf(CostSummary.ItemOf(hour)), Is.EqualTo(hour));
    }

    [Test]
    public void Sums_are_added_and_subtracted_part_by_part()
    {
        Assert.That(Sum + Sum, Is.EqualTo(new UsageSum(new(2, 4, 6, 8), 10, new(12), new(14), 2)));
        Assert.That(Sum + Sum - Sum, Is.EqualTo(Sum));
        Assert.That(UsageAmounts.Of(Sum).ToSum(), Is.EqualTo(Sum));
    }

    private static CostOrigin At(string quarter) =>
        new(Organisation, Team, BudgetCalendar.Of("Asia/Kathmandu"), Agent, 42, "gpt-5", TestTime.Parse(quarter));

    [Test]
    public void A_summary_holds_its_key_and_amounts()
    {
        var key = new CostSummaryKey(Team, CostHeading.Model, new DateOnly(2026, 6, 11), "gpt-5");
        var summary = CostSummary.Create(key, Sum);
        Assert.That((summary.Key, summary.Amounts.ToSum()), Is.EqualTo((key, Sum)));
        Assert.That(key.ToString(), Is.EqualTo($"summary of {Team}, Model 'gpt-5', 2026-06-11"));
    }
}
