using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>Concurrent callers lose nothing and count nothing twice (rules 1, 2 and 5).</summary>
internal sealed class ConcurrencyTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Five_hundred_concurrent_cents_are_exactly_five_dollars_in_every_total()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 50m });
        var task = await team.CreateTaskAsync();
        var session = await team.StartAsync(task);

        await Task.WhenAll(Enumerable.Range(0, 500).Select(async _ =>
            (await Api.PostAsync($"/sessions/{session}/usage", """{"input_tokens": 0, "output_tokens": 10, "cost_usd": 0.01}""")).Ok));

        var shown = (await Api.GetAsync($"/sessions/{session}")).Ok;
        var budget = await team.BudgetAsync();
        var costs = await team.CostsAsync();
        Assert.Multiple(() =>
        {
            Assert.That(shown.Usd("cost_usd"), Is.EqualTo(5.00m));
            Assert.That(shown.Number("tokens"), Is.EqualTo(5_000));
            Assert.That(budget.Usd("daily_spent_usd"), Is.EqualTo(5.00m));
            Assert.That(budget.Usd("task_spent_usd"), Is.EqualTo(5.00m));
            Assert.That(costs.Usd("total_cost_usd"), Is.EqualTo(5.00m));
            Assert.That(costs.Number("total_output_tokens"), Is.EqualTo(5_000));
        });
        Assert.That((await Api.GetAsync($"/tasks/{task}")).Ok.Usd("spent_usd"), Is.EqualTo(5.00m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Two_replicas_on_one_database_agree_to_the_last_digit()
    {
        await using var second = ApiHost.StartBeside(Host);
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1000m });
        var sessions = new[] { await team.StartAsync(), await team.StartAsync(), await team.StartAsync() };

        await Task.WhenAll(Enumerable.Range(0, 300).Select(async i =>
            (await (i % 2 == 0 ? Api : second.Api).PostAsync(
                $"/sessions/{sessions[i % 3]}/usage", """{"input_tokens": 1, "output_tokens": 1, "cost_usd": 0.000000001}""")).Ok));

        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(0.000000300m));
        Assert.That((await (team with { Api = second.Api }).CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(0.000000300m));
        Assert.That((await second.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Settings_sessions_and_usage_change_concurrently()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 120).Select(i => (i % 4) switch
        {
            0 => team.ConfigureAsync(new { daily_cost_limit_usd = 100 + i }),
            1 => team.ConfigureAsync(new { timezone = i % 8 == 1 ? "Asia/Kathmandu" : "America/New_York" }),
            2 => (Task)team.StartAsync(),
            _ => team.UseAsync(session, 0.5m),
        }));

        Assert.That((await team.CostsAsync()).Usd("total_cost_usd"), Is.EqualTo(15m));
        Assert.That((await team.CostsAsync()).Number("session_count"), Is.EqualTo(31));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Only_one_of_two_concurrent_dependencies_that_form_a_cycle_is_accepted()
    {
        var team = await Api.CreateTeamAsync();
        var (first, second) = (await team.CreateTaskAsync(), await team.CreateTaskAsync());

        var answers = await Task.WhenAll(
            Api.PatchAsync($"/tasks/{first}", new { depends_on = new[] { second } }),
            Api.PatchAsync($"/tasks/{second}", new { depends_on = new[] { first } }));

        Assert.That(answers.Select(answer => (int)answer.Status), Is.EquivalentTo(new[] { 200, 422 }));
    }
}
