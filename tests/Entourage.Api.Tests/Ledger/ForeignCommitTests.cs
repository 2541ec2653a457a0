using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>
/// A server that keeps the ledger's rows in memory sees at once what another server, or another part of itself, has committed. In tests, each server also
/// compares every kept row with the stored one (Database:VerifyImage).
/// </summary>
internal sealed class ForeignCommitTests(Store store) : ApiFixture(store)
{
    private static readonly IReadOnlyDictionary<string, Func<TestTeam, long, Task>> Changes = new Dictionary<string, Func<TestTeam, long, Task>>
    {
        ["usage"] = (team, session) => team.UseAsync(session, 1.25m),
        ["reservation"] = (team, session) => team.CreateReservationAsync(session, 0.75m),
        ["team cap"] = (team, session) => team.ConfigureAsync(new { daily_cost_limit_usd = 3m }),
        ["time zone"] = (team, session) => team.ConfigureAsync(new { timezone = "Pacific/Kiritimati" }),
        ["organisation cap"] = async (team, session) => _ = (await team.Api.PatchAsync($"/settings/orgs/{team.Organisation}", new { daily_cost_limit_usd = 2m })).Ok,
        ["pause of the agent"] = async (team, session) => _ = (await team.Api.PostAsync($"/agents/{team.Agent}/pause", new { reason = "lunch" })).Ok,
        ["pause of the team"] = async (team, session) => _ = (await team.Api.PostAsync($"/teams/{team.Id}/pause", new { reason = "lunch" })).Ok,
        ["archive of the agent"] = async (team, session) => _ = (await team.Api.PostAsync($"/agents/{team.Agent}/archive", null)).Ok,
        ["archive of the team"] = async (team, session) => _ = (await team.Api.PostAsync($"/teams/{team.Id}/archive", null)).Ok,
        ["end of the session"] = async (team, session) => _ = (await team.Api.PostAsync($"/sessions/{session}/end", null)).Ok,
        ["kill of the session"] = async (team, session) => _ = (await team.Api.PostAsync($"/sessions/{session}/kill", new { reason = "enough" })).Ok,
        ["start of another session"] = (team, session) => team.StartAsync(),
    };

    private static IEnumerable<string> ChangeNames => Changes.Keys;

    [TestCaseSource(nameof(ChangeNames))]
    public async Task Budget_check_and_usage_see_what_another_server_has_committed(string change)
    {
        await using var second = ApiHost.StartBeside(Host);
        var (team, session) = await PrepareAsync();
        var before = Text(await team.BudgetAsync());

        await Changes[change](team with { Api = second.Api }, session);

        var after = Text(await team.BudgetAsync());
        Assert.That(after, Is.Not.EqualTo(before));
        Assert.That(after, Is.EqualTo(Text(await (team with { Api = second.Api }).BudgetAsync())));
        await AssertUsageSeesAsync(team, session, second);
    }

    [TestCaseSource(nameof(ChangeNames))]
    public async Task Budget_check_and_usage_see_what_the_same_server_has_committed(string change)
    {
        var (team, session) = await PrepareAsync();
        var before = Text(await team.BudgetAsync());

        await Changes[change](team, session);

        Assert.That(Text(await team.BudgetAsync()), Is.Not.EqualTo(before));
        await using var second = ApiHost.StartBeside(Host);
        Assert.That(Text(await (team with { Api = second.Api }).BudgetAsync()), Is.EqualTo(Text(await team.BudgetAsync())));
        await AssertUsageSeesAsync(team, session, second);
    }

    [Test]
    public async Task Budget_check_sees_a_commit_that_came_before_another_commit_of_its_own_server()
    {
        await using var second = ApiHost.StartBeside(Host);
        var (team, session) = await PrepareAsync();
        var other = await Api.CreateTeamAsync();
        var beside = await other.StartAsync();
        await team.BudgetAsync();

        await (team with { Api = second.Api }).UseAsync(session, 2m);
        await other.UseAsync(beside, 1m);

        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(3.5m));
    }

    [Test]
    public async Task Usage_has_the_price_that_another_server_has_set()
    {
        await using var second = ApiHost.StartBeside(Host);
        var (team, session) = await PrepareAsync();
        var usage = new { input_tokens = 1_000_000, output_tokens = 0, model = ApiClient.UnlistedModel };
        Assert.That((await Api.PostAsync($"/sessions/{session}/usage", usage)).Ok.Text("cost_source"), Is.EqualTo("assumed"));

        var price = new { input_usd_per_mtok = 3m, output_usd_per_mtok = 1m };
        _ = (await second.Api.SendAsync(HttpMethod.Put, $"/prices/{ApiClient.UnlistedModel}?org_id={team.Organisation}", price)).Ok;

        Assert.That((await Api.PostAsync($"/sessions/{session}/usage", usage)).Ok.Text("cost_source"), Is.EqualTo("catalogue"));
    }

    [Test]
    public async Task Usage_is_counted_exactly_while_another_server_compacts()
    {
        await using var second = ApiHost.StartBeside(Host);
        var (team, session) = await PrepareAsync();
        Host.Clock.Advance(TimeSpan.FromDays(40));

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => i % 10 == 9
            ? second.CompactAsync(TimeSpan.FromDays(31))
            : (Task)team.UseAsync(session, 0.01m)));

        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(54 * 0.01m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    /// <summary>Creates a session, and makes the server keep its rows.</summary>
    private async Task<(TestTeam Team, long Session)> PrepareAsync()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 50m });
        var session = await team.StartAsync(await team.CreateTaskAsync());
        await team.UseAsync(session, 1m);
        await team.BudgetAsync();
        await team.UseAsync(session, 0.5m);
        return (team, session);
    }

    private static async Task AssertUsageSeesAsync(TestTeam team, long session, ApiHost second)
    {
        var used = await team.UseAsync(session, 0m);
        var stored = await (team with { Api = second.Api }).SessionAsync(session);
        Assert.That(
            (used.Text("status"), used.Usd("cost_usd"), used.Usd("reserved_usd")),
            Is.EqualTo((stored.Text("status"), stored.Usd("cost_usd"), stored.Usd("reserved_usd"))));
        var budget = await (team with { Api = second.Api }).BudgetAsync();
        Assert.That(used["budget"]!.Usd("daily_limit_usd"), Is.EqualTo(budget.Usd("daily_limit_usd")));
    }

    private static string Text(JsonNode answer) => answer.ToJsonString();
}
