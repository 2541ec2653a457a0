using Entourage.Application.Alerts;
using Entourage.Application.Budgets;
using Entourage.Application.Costs;
using Entourage.Application.Overviews;
using Entourage.Application.Paging;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Sessions;
using Entourage.Domain.Teams;
using Entourage.Testing;

namespace Entourage.Api.Tests.Overviews;

/// <summary>The queries behind the dashboard's lists and charts, which no operation of the API sends.</summary>
internal sealed class ReportQueryTests(Store store) : ApiFixture(store)
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    private static readonly CostFilter Week = new(null, null, CostPeriod.SevenDays, null, null, null);

    private TestTeam team = null!;

    private Audience Subject => Audience.OfTeam(Guid.Parse(team.Id));

    [SetUp]
    public async Task CreateAsync() => team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);

    [TestCase(CostHeading.Everything)]
    [TestCase(CostHeading.Team)]
    [TestCase(CostHeading.Agent)]
    [TestCase(CostHeading.Task)]
    [TestCase(CostHeading.Model)]
    public async Task Series_add_up_to_the_report_before_and_after_it_is_summarised(CostHeading heading)
    {
        var task = await team.CreateTaskAsync();
        await team.UseAsync(await team.StartAsync(task), 3m, Noon.AddDays(-2));
        await team.UseAsync(await team.StartAsync(), 2m);
        await team.UseAsync(await team.StartAsync(), 5m, Noon.AddDays(-8));
        var organisation = Audience.OfOrganisation(Guid.Parse(team.Organisation));
        foreach (var subject in new[] { Subject, organisation, Subject, organisation })
        {
            var series = await Host.SendAsync(new GetCostSeriesQuery(subject, Week, heading, Compare: true));
            Assert.That(MoneyTotal.Sum(series.Series.Select(line => line.Total)), Is.EqualTo(Usd(5)));
            Assert.That(MoneyTotal.Sum(series.Previous!), Is.EqualTo(Usd(5)));
            Assert.That((series.Grain, series.Starts.Count, series.Previous!.Count), Is.EqualTo((CostGrain.Day, 7, 7)));
            if (subject == organisation)
            {
                await Host.SummariseAsync();
            }
        }

        var hours = await Host.SendAsync(new GetCostSeriesQuery(Subject, Week with { Period = CostPeriod.Today }, heading));
        Assert.That((hours.Grain, hours.Starts.Count, hours.Series.Single().Costs[12]), Is.EqualTo((CostGrain.Hour, 24, Usd(2))));
    }

    [Test]
    public async Task Costs_can_be_restricted_to_a_tag()
    {
        var tagged = await team.CreateTaskAsync(new { title = "Fix login bug", tags = new[] { "frontend", "q3", "budget:90.00" } });
        await team.UseAsync(await team.StartAsync(tagged), 3m);
        await team.UseAsync(await team.StartAsync(), 2m);
        var tags = await Host.SendAsync(new GetTagCostsQuery(Subject, Week));
        Assert.That(tags.Select(row => (row.Tag, row.CostUsd)), Is.EqualTo(new[] { ("frontend", Usd(3)), ("q3", Usd(3)) }));
        var costs = await Host.SendAsync(new GetCostsQuery(Subject, Week with { Tag = "q3" }, new(10, null)));
        Assert.That((costs.TotalCostUsd, costs.SessionCount), Is.EqualTo((Usd(3), 1)));
    }

    [Test]
    public async Task Budgets_are_listed_with_forecasts_at_their_own_rates()
    {
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m, weekly_cost_limit_usd = 25m, monthly_cost_limit_usd = 900m, agent_daily_cost_limit_usd = 8m, session_cost_limit_usd = 7m });
        var task = await team.CreateTaskAsync(new { title = "Fix login bug", tags = new[] { "budget:12.00" } });
        await team.UseAsync(await team.StartAsync(task), 6m);
        var list = await Host.SendAsync(new ListBudgetsQuery(Subject) { Sort = BudgetSort.Scope });
        Assert.That(list.Items.Select(item => (item.Status.Scope, item.Status.Period, item.Status.CapReachedAt)), Is.EqualTo(new (BudgetScope, BudgetPeriod, DateTimeOffset?)[]
        {
            (BudgetScope.Team, BudgetPeriod.Day, Noon.AddHours(8)),
            (BudgetScope.Team, BudgetPeriod.Week, Noon.AddHours(38)),
            (BudgetScope.Team, BudgetPeriod.Month, null),
            (BudgetScope.Agent, BudgetPeriod.Day, Noon.AddHours(4)),
            (BudgetScope.Task, BudgetPeriod.Total, Noon.AddHours(12)),

            // In its first hour, the spending of a session counts as that of an hour.
            (BudgetScope.Session, BudgetPeriod.Total, Noon.AddMinutes(10)),
        }));
        var searched = await Host.SendAsync(new ListBudgetsQuery(Subject) { Search = "LOGIN", Take = 1 });
        Assert.That((searched.Total, searched.Items.Single().Name), Is.EqualTo((1, "Fix login bug")));
        var agent = await Host.SendAsync(new ListBudgetsQuery(Subject) { AgentId = Guid.Parse(team.Agent) });
        Assert.That(agent.Items.Single().Name, Is.EqualTo("eng-1"));
    }

    [TestCase(SessionSort.Started, false, "9 8 7 6 5 4 3 2 1")]
    [TestCase(SessionSort.Cost, false, "9 6 3 8 5 2 7 4 1")]
    [TestCase(SessionSort.Cost, true, "1 4 7 2 5 8 3 6 9")]
    [TestCase(SessionSort.Tokens, true, "1 2 3 4 5 6 7 8 9")]
    public async Task Sessions_are_sorted_and_paged_without_gaps(SessionSort sort, bool ascending, string order)
    {
        var first = 0L;
        for (var i = 1; i <= 9; i++)
        {
            var session = await team.StartAsync();
            first = i == 1 ? session : first;
            await team.UseAsync(session, i % 3 == 0 ? 3m : i % 3);
        }

        List<long> numbers = [];
        string? cursor = null;
        do
        {
            var page = await Host.SendAsync(new ListTeamSessionsQuery(Subject.Id) { Filter = new(), Page = new(2, cursor) { Direction = ascending ? ListDirection.Ascending : null }, Sort = sort });
            numbers.AddRange(page.Items.Select(session => session.Id - first + 1));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        // Equal values are in the order of the numbers.
        Assert.That(string.Join(' ', numbers), Is.EqualTo(order));
    }

    [Test]
    public async Task Sessions_are_found_by_agent_task_model_tag_and_number()
    {
        var agent = await Api.CreateAgentAsync(team.Id, "Müller-Bot", ApiClient.ListedModel);
        var task = await team.CreateTaskAsync(new { title = "Fix login bug", tags = new[] { "q3" } });
        var (first, second) = (await team.StartAsync(task), await team.StartAsync(agent: agent));
        await team.UseAsync(first, 1m);
        Assert.That(await FindAsync(new(), "LOGIN"), Is.EqualTo(new[] { first }));
        Assert.That(await FindAsync(new(), "müller"), Is.EqualTo(new[] { second }));
        Assert.That(await FindAsync(new(), "Sonnet"), Is.EqualTo(new[] { second }));
        Assert.That(await FindAsync(new(), $"#{first}"), Is.EqualTo(new[] { first }));
        Assert.That(await FindAsync(new() { Tag = "q3" }), Is.EqualTo(new[] { first }));
        Assert.That(await FindAsync(new() { Model = ApiClient.UnlistedModel }), Is.EqualTo(new[] { first }));
        Assert.That(await FindAsync(new(), "100%"), Is.Empty);
    }

    [Test]
    public async Task A_night_counts_what_happened_since_yesterday_evening()
    {
        await team.ConfigureAsync(new { daily_cost_limit_usd = 2m });
        var session = await team.StartAsync();
        await team.UseAsync(session, 3m);
        await team.UseAsync(session, 1m, Noon.AddHours(-19));
        _ = (await Api.PostAsync($"/sessions/{session}/kill", new { reason = "Loops" })).Ok;
        _ = (await Api.PostAsync("/human-requests", new { agent_id = team.Agent, kind = "question", question = "Which branch?" })).Created;
        foreach (var subject in new[] { Subject, Audience.OfOrganisation(Guid.Parse(team.Organisation)) })
        {
            var night = await Host.SendAsync(new GetNightQuery(subject));
            Assert.That((night.Since, night.CostUsd, night.SessionsStarted), Is.EqualTo((Noon.AddHours(-18), Usd(3), 1)));
            Assert.That(night.SessionsEnded[SessionStatus.Killed], Is.EqualTo(1));
            Assert.That(night.Killed.Single().Reason, Does.Contain("Loops"));
            Assert.That((night.WaitingRequests, night.OpenByTeam[Subject.Id]), Is.EqualTo((1, night.OpenAlerts.Values.Sum())));
        }
    }

    [Test]
    public async Task A_session_has_a_tree_and_alerts()
    {
        var top = await team.StartAsync();
        var child = await team.StartAsync(parent: top);
        var below = await team.StartAsync(parent: child);
        await team.UseAsync(below, 1m);
        var tree = await Host.SendAsync(new GetSessionTreeQuery(top));
        Assert.That(tree.Select(session => (session.Id, session.TreeCostUsd)), Is.EqualTo(new[] { (child, Usd(1)), (below, Usd(1)) }));
        Assert.That((await Host.SendAsync(new ListAlertsQuery(Subject, null, new(SessionId: top), new(5, null)))).Items, Is.Empty);
    }

    private async Task<IEnumerable<long>> FindAsync(SessionFilter filter, string? search = null) =>
        (await Host.SendAsync(new ListTeamSessionsQuery(Subject.Id) { Filter = filter, Page = new(10, null) { Search = search } })).Items.Select(session => session.Id);

    private static MoneyTotal Usd(decimal usd) => MoneyTotal.FromUsd(usd);
}
