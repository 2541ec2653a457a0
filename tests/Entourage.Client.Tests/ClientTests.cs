using System.Net;
using Entourage.Client.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Client.Tests;

/// <summary>The client against a real server.</summary>
internal sealed class ClientTests : ClientFixture
{
    [Test]
    public async Task Session_costs_are_exact_to_the_nano_dollar()
    {
        var (team, agent) = await CreateTeamAsync();
        var task = await Client.CreateTaskAsync(team.Id, new("Fix login bug") { TaskType = "bugfix", Tags = ["budget:2.00"] });
        var session = await Client.StartSessionAsync(new(agent.Id, task.Id));
        var usage = new Usage(2_500, 800) { CostUsd = 0.012345679m, CacheReadTokens = 40, CacheWriteTokens = 10, CacheWrite1hTokens = 10 };
        var answer = await Client.ReportUsageAsync(session.Id, usage);
        var ended = await Client.EndSessionAsync(session.Id);
        var report = await Client.GetCostsAsync(team.Id, new() { Period = "today", AgentId = agent.Id });
        Assert.Multiple(() =>
        {
            Assert.That((answer.CostUsd, answer.InputTokens, answer.OutputTokens), Is.EqualTo((0.012345679m, 2_500, 800)));
            Assert.That((answer.CacheReadTokens, answer.CacheWriteTokens, answer.CostSource), Is.EqualTo((40, 10, "reported")));
            Assert.That((answer.Stop, answer.OverBudget, answer.Budget.TaskLimitUsd), Is.EqualTo((false, false, 2m)));
            Assert.That((ended.Status, ended.TaskTitle, ended.AgentName), Is.EqualTo(("completed", "Fix login bug", "eng-1")));
            Assert.That((report.TotalCostUsd, report.SessionCount, report.ByTask.Single().TaskId), Is.EqualTo((0.012345679m, 1, (long?)task.Id)));
        });
        Assert.That(await SpentAsync(agent), Is.EqualTo(0.012345679m));
    }

    [Test]
    public async Task A_refusal_names_the_budget_and_when_to_retry()
    {
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        var session = await Client.StartSessionAsync(new(agent.Id));
        _ = await Client.ReserveAsync(session.Id, new() { EstimatedCostUsd = 0.4m });
        var refused = (await Assert.ThrowsAsync<BudgetExceededException>(() => Client.ReserveAsync(session.Id, new() { EstimatedCostUsd = 0.7m })))!;
        var used = await Client.ReportUsageAsync(session.Id, new(1, 1) { CostUsd = 1.25m });
        var notStarted = (await Assert.ThrowsAsync<BudgetExceededException>(() => Client.StartSessionAsync(new(agent.Id))))!;
        Assert.Multiple(() =>
        {
            Assert.That((refused.Status, refused.Code, refused.MaxReservableUsd), Is.EqualTo((HttpStatusCode.PaymentRequired, "budget-exceeded", 0.6m)));
            Assert.That((refused.Budget!.Scope, refused.Budget.Period, refused.Budget.LimitUsd), Is.EqualTo(("team", "day", 1m)));
            Assert.That((refused.WaitingHelps, refused.RetryAt), Is.EqualTo((true, (DateTimeOffset?)Host.Clock.GetUtcNow().Date.AddDays(1))));
            Assert.That(refused.StopReasons, Is.EqualTo(new[] { "budget_exceeded:team:day" }));
            Assert.That((used.Stop, used.OverrunUsd), Is.EqualTo((true, 0.65m)));
            Assert.That(notStarted.Budget!.RemainingUsd, Is.EqualTo(-0.65m));
        });
    }

    [Test]
    public async Task A_budget_is_created_listed_changed_and_deleted()
    {
        var (team, agent) = await CreateTeamAsync(dailyCapUsd: 5m);
        var budget = await Client.CreateBudgetAsync(new("team", "total") { TeamId = team.Id, LimitTokens = 100, LimitUsd = 1m, Name = "Trial" });
        _ = await Client.ReportUsageAsync((await Client.StartSessionAsync(new(agent.Id))).Id, new(60, 40) { CostUsd = 0.5m });
        var changed = await Client.ChangeBudgetAsync(budget.Id, new() { LimitUsd = Limit.None });
        var refused = (await Assert.ThrowsAsync<BudgetExceededException>(() => Client.StartSessionAsync(new(agent.Id))))!;
        Assert.Multiple(() =>
        {
            Assert.That((changed.LimitUsd, changed.LimitTokens, changed.Current.Single().SpentTokens), Is.EqualTo(((decimal?)null, 100L, 100L)));
            Assert.That((refused.Budget!.BudgetName, refused.Budget.LimitUsd, refused.Budget.RemainingTokens), Is.EqualTo(("Trial", (decimal?)null, 0L)));
            Assert.That(refused.StopReasons, Is.EqualTo(new[] { $"budget_exceeded:team:total:{budget.Id}" }));
        });
        await Client.DeleteBudgetAsync(budget.Id);
        var left = await Client.ListBudgetsAsync(teamId: team.Id).SingleAsync();
        Assert.That((left.Id, left.Setting), Is.EqualTo(($"team-{team.Id}-day", "daily_cost_limit_usd")));
        Assert.That((await Client.GetBudgetDetailsAsync(left.Id)).Current.Single().SpentUsd, Is.EqualTo(0.5m));
    }

    [Test]
    public async Task A_limit_per_minute_throws_its_own_exception_without_asking_to_stop()
    {
        var (team, agent) = await CreateTeamAsync();
        _ = await Client.CreateBudgetAsync(new("team", "minute") { TeamId = team.Id, LimitUsd = 1m });
        var session = await Client.StartSessionAsync(new(agent.Id));
        var used = await Client.ReportUsageAsync(session.Id, new(1, 1) { CostUsd = 1m });
        using var interference = new Interference((_, send) => send());
        var refused = (await Assert.ThrowsAsync<RateExceededException>(
            () => ClientThrough(interference, retries: 0).ReserveAsync(session.Id, new() { EstimatedCostUsd = 0.5m })))!;
        Assert.That((used.Stop, used.Budget.WaitUntil, refused.IsTransient), Is.EqualTo((false, refused.Budget!.ContinuesAt, true)));
        Assert.That(refused.RetryAt, Is.GreaterThan(Host.Clock.GetUtcNow()));
    }

    [Test]
    public async Task A_pause_throws_its_own_exception()
    {
        var (team, agent) = await CreateTeamAsync();
        var session = await Client.StartSessionAsync(new(agent.Id));
        var pause = await Client.PauseAsync(PauseScope.Team, team.Id, "retry loop");
        var refused = (await Assert.ThrowsAsync<PausedException>(() => Client.ReserveAsync(session.Id, new() { EstimatedCostUsd = 0.1m })))!;
        var resumed = await Client.ResumeAsync(PauseScope.Team, team.Id);
        Assert.Multiple(() =>
        {
            Assert.That((pause.Paused, pause.Sessions.Single().SessionId), Is.EqualTo((true, session.Id)));
            Assert.That((refused.Scope, refused.Reason, refused.StopReasons.Single()), Is.EqualTo(("team", "retry loop", "paused:team")));
            Assert.That(resumed.Paused, Is.False);
        });
        await Client.KillSessionAsync(session.Id, "enough");
        var ended = (await Assert.ThrowsAsync<StoppedException>(() => Client.ReserveAsync(session.Id, new() { EstimatedCostUsd = 0.1m })))!;
        Assert.That(ended.Code, Is.EqualTo("session-ended"));
    }

    [Test]
    public async Task Missing_resources_and_invalid_requests_throw_with_details()
    {
        var missing = (await Assert.ThrowsAsync<EntourageException>(() => Client.GetSessionAsync(long.MaxValue)))!;
        var invalid = (await Assert.ThrowsAsync<EntourageException>(() => Client.CreateOrganisationAsync("Acme", "No slug")))!;
        Assert.Multiple(() =>
        {
            Assert.That((missing.Status, missing.Code, missing.IsTransient), Is.EqualTo((HttpStatusCode.NotFound, "not-found", false)));
            Assert.That(missing.TraceId, Is.Not.Empty);
            Assert.That((invalid.Status, invalid.Code), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "validation")));
            Assert.That(invalid.Errors.Keys, Is.EqualTo(new[] { "slug" }));
        });
    }

    [Test]
    public async Task A_limit_can_be_set_removed_or_left_unchanged()
    {
        var (team, agent) = await CreateTeamAsync(dailyCapUsd: 5m);
        var settings = await Client.ChangeSettingsAsync(team.Id, new() { WeeklyCostLimitUsd = 20m, Enforcement = "observe" });
        Assert.That((settings.DailyCostLimitUsd, settings.WeeklyCostLimitUsd, settings.Enforcement), Is.EqualTo((5m, 20m, "observe")));
        settings = await Client.ChangeSettingsAsync(team.Id, new() { DailyCostLimitUsd = Limit.None });
        Assert.That((settings.DailyCostLimitUsd, settings.WeeklyCostLimitUsd), Is.EqualTo(((decimal?)null, (decimal?)20m)));
        Assert.That((await Client.ChangeAgentLimitsAsync(agent.Id, new() { DailyCostLimitUsd = 0.5m })).DailyCostLimitUsd, Is.EqualTo(0.5m));
    }

    [Test]
    public async Task A_list_is_read_page_by_page_to_its_end()
    {
        var (team, _) = await CreateTeamAsync();
        foreach (var number in Enumerable.Range(1, 5))
        {
            await Client.CreateTaskAsync(team.Id, new($"Task {number}"));
        }

        // Two items per page, so that there are several pages.
        using var interference = new Interference((request, send) =>
        {
            request.RequestUri = new Uri(request.RequestUri!.AbsoluteUri.Replace("limit=200", "limit=2", StringComparison.Ordinal));
            return send();
        });
        var titles = await ClientThrough(interference).ListTasksAsync(team.Id).Select(task => task.Title).ToListAsync();
        Assert.That(titles, Is.EqualTo(new[] { "Task 5", "Task 4", "Task 3", "Task 2", "Task 1" }));
        Assert.That(interference.Requests, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Human_requests_can_be_answered_and_prices_set()
    {
        var (team, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        var asked = await Client.CreateHumanRequestAsync(new(agent.Id, "budget_increase", "More tests to run") { RequestedUsd = 2m });
        var answered = await Client.RespondToHumanRequestAsync(asked.Id, new("approved"));
        Assert.That((answered.Status, answered.GrantedUsd, answered.GrantedScope), Is.EqualTo(("approved", (decimal?)2m, "team")));
        Assert.That((await Client.ListHumanRequestsAsync(team.Id, "approved").SingleAsync()).Id, Is.EqualTo(asked.Id));
        var alert = await Client.ListAlertsAsync(team.Id).SingleAsync();
        Assert.That((alert.Kind, alert.Details.GetProperty("requested_usd").GetDecimal()), Is.EqualTo(("human_request", 2m)));

        var price = await Client.SetPriceAsync("house/llama", new(0.000000001m, 2m));
        Assert.That((price.Model, price.InputUsdPerMtok, (await Client.GetPriceAsync("house/llama")).Current!.OutputUsdPerMtok), Is.EqualTo(("house/llama", 0.000000001m, 2m)));
        Assert.That(await Client.ListPricesAsync().AnyAsync(listed => listed.Model == "house/llama"), Is.True);
    }

    [Test]
    public async Task The_client_can_be_registered()
    {
        var services = new ServiceCollection();
        services.AddEntourage(options => options.Url = Address);
        await using var provider = services.BuildServiceProvider(validateScopes: true);
        var client = provider.GetRequiredService<EntourageClient>();
        Assert.That(await client.ListOrganisationsAsync().AnyAsync(organisation => organisation.Slug == "nobody"), Is.False);
    }

    [Test]
    public async Task Invalid_options_are_refused_at_once()
    {
        Assert.Throws<ArgumentException>(() => EntourageClient.Create(new EntourageOptions { Url = new Uri("ftp://localhost") }));
        var services = new ServiceCollection();
        services.AddEntourage(options => options.Retries = 11);
        await using var provider = services.BuildServiceProvider();
        Assert.That(() => provider.GetRequiredService<EntourageClient>(), Throws.Exception.With.Message.Contains("Retries"));
    }
}
