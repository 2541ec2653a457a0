using Entourage.Client.Contracts;
using Entourage.Client.Http;
using Entourage.Testing;
using Budget = Entourage.Client.Contracts.Budget;

namespace Entourage.Client.Tests;

/// <summary>Tests that share one running server and know only its address.</summary>
internal abstract class ClientFixture
{
    protected const string Model = "claude-sonnet-4-20250514";

    protected ApiHost Host { get; private set; } = null!;

    protected Uri Address => Host.Api.Http.BaseAddress!;

    protected EntourageClient Client { get; private set; } = null!;

    /// <summary>The settings of the server.</summary>
    protected virtual IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        Host = await ApiHost.StartAsync(Store.Sqlite, settings: Settings);
        Client = EntourageClient.Create(new EntourageOptions { Url = Address });

        // The first usage compiles its code. On a busy machine that takes longer than a program waits that is about to end.
        var team = await Host.Api.CreateTeamAsync();
        await team.UseAsync(await team.StartAsync(), 0m);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await (Host?.DisposeAsync() ?? default);

    /// <summary>Creates a team with an agent and an optional daily cap.</summary>
    protected async Task<(Team Team, Agent Agent)> CreateTeamAsync(decimal? dailyCapUsd = null, string? model = Model)
    {
        var slug = "c-" + Guid.CreateVersion7().ToString("N");
        var organisation = await Client.CreateOrganisationAsync("Acme", slug);
        var team = await Client.CreateTeamAsync(organisation.Id, "Core", slug);
        if (dailyCapUsd is { } usd)
        {
            await Client.ChangeSettingsAsync(team.Id, new() { DailyCostLimitUsd = usd });
        }

        return (team, await Client.CreateAgentAsync(team.Id, "eng-1", model));
    }

    /// <summary>Creates a client with a handler between its retries and its connection.</summary>
    protected EntourageClient ClientThrough(DelegatingHandler between, int retries = 3)
    {
        var options = new EntourageOptions { Url = Address, ApiKey = "secret", Retries = retries };
        between.InnerHandler = RetryHandler.CreatePrimary();
        var http = new HttpClient(new RetryHandler(options, TimeProvider.System) { InnerHandler = between });
        options.Apply(http);
        return new(http);
    }

    /// <summary>Reads the spending of an agent and asserts that all totals agree.</summary>
    protected async Task<decimal> SpentAsync(Agent agent)
    {
        Budget budget = await Client.GetBudgetAsync(agent.Id);
        var costs = await Client.GetCostsAsync(agent.TeamId);
        Assert.That(costs.TotalCostUsd, Is.EqualTo(budget.DailySpentUsd));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
        return costs.TotalCostUsd;
    }
}
