using System.Net;
using Entourage.Testing;
using FluentValidation;

namespace Entourage.Api.Tests.Commands;

/// <summary>Old usage is compacted into sums, and no total changes.</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal sealed class CompactTests(Store store)
{
    private ApiHost host = null!;
    private TestTeam team = null!;
    private long session;

    [SetUp]
    public async Task SpendAsync()
    {
        host = await ApiHost.StartAsync(store);
        team = await host.Api.CreateTeamAsync("America/New_York");
        session = await team.StartAsync(await team.CreateTaskAsync());
        for (var i = 0; i < 20; i++)
        {
            await team.UseAsync(session, 0.1m + i, host.Clock.GetUtcNow().AddHours(-i));
        }

        host.Clock.Advance(TimeSpan.FromDays(40));
        await team.UseAsync(session, 1m);
    }

    [TearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [Test]
    public async Task Compaction_changes_no_total_and_no_younger_record()
    {
        var (costs, shown) = (await team.CostsAsync(), await team.SessionAsync(session));

        var report = await host.CompactAsync(TimeSpan.FromDays(35));

        Assert.That(report.Records, Is.EqualTo(20));
        Assert.That(await host.CountAsync("UsageRecords"), Is.EqualTo(1));
        Assert.That((await team.CostsAsync()).ToJsonString(), Is.EqualTo(costs.ToJsonString()));
        Assert.That((await team.SessionAsync(session)).ToJsonString(), Is.EqualTo(shown.ToJsonString()));
        Assert.That((await host.Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray(), Has.Count.EqualTo(1));
        var verified = await host.VerifyAsync();
        Assert.That((verified.Records, verified.Compacted, verified.Differences.Count), Is.EqualTo((1L, 20L, 0)));

        await host.ExecuteAsync($"DELETE FROM UsageRollups");
        await host.VerifyAsync(repair: true);
        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(193m));
    }

    [TestCase("compact")]
    [TestCase("fold")]
    public async Task Command_runs_under_its_current_and_its_former_name(string command)
    {
        var (exitCode, output) = await ApiProcess.RunAsync(host.Database, command);
        Assert.That((exitCode, output), Is.EqualTo((0, output)));
        Assert.That(output, Does.Match(@"^Compacted \d+ usage records from before "));
    }

    [Test]
    public async Task Later_compaction_adds_to_the_earlier_one()
    {
        await host.CompactAsync(TimeSpan.FromDays(40) + TimeSpan.FromHours(5));
        await host.CompactAsync(TimeSpan.FromDays(35));
        Assert.That((await host.CompactAsync(TimeSpan.FromDays(35))).Records, Is.Zero);

        var verified = await host.VerifyAsync();
        Assert.That((verified.Records, verified.Compacted, verified.Differences.Count), Is.EqualTo((1L, 20L, 0)));
    }

    [Test]
    public async Task Usage_waiting_for_a_price_is_compacted_once_it_has_one()
    {
        await using var other = await ApiHost.StartAsync(host.Database.Store);
        var own = await other.Api.CreateTeamAsync();
        var work = await own.StartAsync();
        await other.Api.PostAsync($"/sessions/{work}/usage", new { input_tokens = 1_000_000, output_tokens = 0, model = "house-model" });
        other.Clock.Advance(TimeSpan.FromDays(40));
        Assert.That((await other.CompactAsync(TimeSpan.FromDays(31))).Records, Is.Zero);

        (await other.Api.SendAsync(HttpMethod.Put, "/prices/house-model", new { input_usd_per_mtok = 2m, output_usd_per_mtok = 2m })).Expect(HttpStatusCode.OK);
        Assert.That((await own.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(2m));

        // The correction was recorded today and is too young.
        Assert.That((await other.CompactAsync(TimeSpan.FromDays(31))).Records, Is.EqualTo(1));
        (await other.Api.SendAsync(HttpMethod.Put, "/prices/house-model", new { input_usd_per_mtok = 3m, output_usd_per_mtok = 2m })).Expect(HttpStatusCode.OK);
        Assert.That((await own.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(2m), "it is not priced again");
        Assert.That((await other.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public void Usage_that_may_still_be_reported_is_not_compacted() =>
        Assert.That(async () => await host.CompactAsync(TimeSpan.FromDays(30)), Throws.TypeOf<ValidationException>());
}
