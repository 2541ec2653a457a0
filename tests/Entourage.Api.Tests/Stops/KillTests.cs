using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Stops;

/// <summary>Sessions that end by a kill.</summary>
internal sealed class KillTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Kill_reaches_every_session_below_and_releases_their_reservations()
    {
        var team = await Api.CreateTeamAsync();
        var other = await Api.CreateAgentAsync(team.Id, "sub");
        var (task, beside) = (await team.CreateTaskAsync(), await team.StartAsync());
        var top = await team.StartAsync(task);
        var below = await team.StartAsync(agent: other, parent: top);
        var lowest = await team.StartAsync(parent: below);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 100 });
        foreach (var session in new[] { beside, top, below, lowest })
        {
            await team.CreateReservationAsync(session, 10m);
        }

        var killed = await KillAsync(top, "It goes in circles.");

        Assert.That(
            (killed.Text("status"), killed.Text("error"), killed.Usd("reserved_usd"), killed["ended_at"] is null),
            Is.EqualTo(("killed", "It goes in circles.", (decimal?)0, false)));
        foreach (var session in new[] { top, below, lowest })
        {
            Assert.That(await StateOfAsync(team, session), Is.EqualTo(("killed", "It goes in circles.", (decimal?)0)));
        }

        Assert.That(await StateOfAsync(team, beside), Is.EqualTo(("active", (string?)null, (decimal?)10)));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.EqualTo(10m));
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = other, parent_session_id = lowest })).Json.Text("type"), Is.EqualTo("/problems/session-ended"));
        Assert.That((await team.ReserveAsync(below, 1m)).Json.Text("type"), Is.EqualTo("/problems/session-ended"));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Usage_of_a_killed_session_is_recorded_and_answered_with_stop()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var reservation = await team.CreateReservationAsync(session, 5m);
        await KillAsync(session);

        var usage = await team.UseAsync(session, 2m, reservation: reservation);

        Assert.That((usage.Usd("cost_usd"), usage.Flag("stop"), usage.Text("status")), Is.EqualTo(((decimal?)2, true, "killed")));
        Assert.That(Reasons(usage), Is.EqualTo(new[] { "session_killed" }));
        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(2m));
    }

    [Test]
    public async Task Kill_of_an_ended_session_kills_active_sessions_below_it()
    {
        var team = await Api.CreateTeamAsync();
        var top = await team.StartAsync();
        var below = await team.StartAsync(parent: top);
        var ended = (await Api.PostAsync($"/sessions/{top}/end", new { error = "Out of memory" })).Ok;

        var killed = await KillAsync(top);

        Assert.That(killed.ToJsonString(), Is.EqualTo(ended.ToJsonString()));
        Assert.That((await team.SessionAsync(below)).Text("status"), Is.EqualTo("killed"));
        Assert.That((await Api.PostAsync($"/sessions/{below}/end", null)).Ok.Text("status"), Is.EqualTo("killed"), "its end changes nothing");
    }

    [Test]
    public async Task Killed_sessions_are_listed_by_status()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await team.StartAsync();
        await KillAsync(session);

        var listed = (await Api.GetAsync($"/agents/{team.Agent}/sessions?status=killed")).Ok.AsArray();

        Assert.That(listed.Select(row => row!.Number("id")), Is.EqualTo(new long?[] { session }));
    }

    [Test]
    public async Task Budget_query_reports_the_kill_until_the_agent_starts_again()
    {
        var team = await Api.CreateTeamAsync();
        await KillAsync(await team.StartAsync());
        Assert.That(Reasons(await team.BudgetAsync()), Is.EqualTo(new[] { "session_killed" }));

        var next = await team.StartAsync();
        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.False);
        await Api.PostAsync($"/sessions/{next}/end", null);
        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.False);
    }

    [Test]
    public async Task Budget_query_stops_reporting_a_kill_after_fifteen_minutes()
    {
        var team = await Api.CreateTeamAsync();
        await KillAsync(await team.StartAsync());
        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.True);

        Host.Clock.Advance(TimeSpan.FromMinutes(15));

        Assert.That((await team.BudgetAsync()).Flag("stop"), Is.False);
    }

    [Test]
    public async Task Usage_that_exhausts_a_cap_kills_its_session_if_the_team_chose_kill()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10, on_exceed = "kill" });
        var (top, beside) = (await team.StartAsync(), await team.StartAsync());
        var below = await team.StartAsync(parent: top);
        await team.CreateReservationAsync(top, 3m);
        await team.CreateReservationAsync(below, 2m);

        Assert.That((await team.UseAsync(top, 4.9m)).Text("status"), Is.EqualTo("active"));
        var crossing = await team.UseAsync(top, 5.1m);

        Assert.That((crossing.Text("status"), crossing.Text("error"), crossing.Usd("reserved_usd")), Is.EqualTo(("killed", "budget_exceeded:team:day", (decimal?)0)));
        Assert.That(Reasons(crossing), Is.EqualTo(new[] { "budget_exceeded:team:day", "session_killed" }));
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero);
        Assert.That((await team.SessionAsync(below)).Text("status"), Is.EqualTo("killed"));
        Assert.That((await team.SessionAsync(beside)).Text("status"), Is.EqualTo("active"), "it has spent nothing");
        Assert.That((await team.UseAsync(beside, 0m)).Text("status"), Is.EqualTo("active"), "it still has spent nothing");
        Assert.That((await team.UseAsync(beside, 0.01m)).Text("status"), Is.EqualTo("killed"));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Reserved_amounts_kill_nothing()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10, on_exceed = "kill" });
        var (session, other) = (await team.StartAsync(), await team.StartAsync());
        var own = await team.CreateReservationAsync(session, 2m);
        await team.CreateReservationAsync(other, 8m);

        var usage = await team.UseAsync(session, 2m, reservation: own);

        Assert.That((usage.Text("status"), usage.Flag("over_budget")), Is.EqualTo(("active", true)));
    }

    [Test]
    public async Task Exhausted_session_cap_kills_the_whole_tree()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { session_cost_limit_usd = 5, on_exceed = "kill" });
        var (top, beside) = (await team.StartAsync(), await team.StartAsync());
        var below = await team.StartAsync(parent: top);

        Assert.That((await team.UseAsync(below, 5m)).Text("status"), Is.EqualTo("killed"));

        Assert.That((await team.SessionAsync(top)).Text("status"), Is.EqualTo("killed"));
        Assert.That((await team.SessionAsync(beside)).Text("status"), Is.EqualTo("active"));
    }

    [TestCase("stop", "hard")]
    [TestCase("kill", "observe")]
    public async Task Caps_that_stop_or_observe_kill_nothing(string onExceed, string enforcement)
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1, on_exceed = onExceed, enforcement });
        var session = await team.StartAsync();

        Assert.That((await team.UseAsync(session, 2m)).Text("status"), Is.EqualTo("active"));
    }

    [Test]
    public async Task Usage_of_yesterday_kills_nothing_today()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1, on_exceed = "kill" });
        var session = await team.StartAsync();

        Assert.That((await team.UseAsync(session, 2m, Host.Clock.GetUtcNow().AddDays(-1))).Text("status"), Is.EqualTo("active"));
    }

    [Test]
    public async Task Later_items_of_a_batch_see_the_kill_by_an_earlier_one()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10, on_exceed = "kill" });
        var top = await team.StartAsync();
        var below = await team.StartAsync(parent: top);
        await team.CreateReservationAsync(below, 1m);
        var items = new[] { (below, 1), (top, 9), (below, 1), (top, 1) }.Select((use, i) =>
            new { session_id = use.Item1, idempotency_key = $"{i}", input_tokens = 1, output_tokens = 1, cost_usd = use.Item2 });

        var answers = (await Api.PostAsync("/sessions/usage/batch", new { items })).Ok.Items("items");

        Assert.That(answers.Select(answer => answer.Number("status")), Is.All.EqualTo(200L));
        Assert.That(answers.Select(answer => Reasons(answer).Contains("session_killed")), Is.EqualTo(new[] { false, true, true, true }));
        Assert.That(await StateOfAsync(team, below), Is.EqualTo(("killed", "budget_exceeded:team:day", (decimal?)0)));
        Assert.That((await team.SessionAsync(below)).Usd("cost_usd"), Is.EqualTo(2m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    private static string[] Reasons(JsonNode answer) => [.. answer["stop_reasons"]!.AsArray().Select(reason => reason!.GetValue<string>())];

    private static async Task<(string? Status, string? Error, decimal? Reserved)> StateOfAsync(TestTeam team, long session)
    {
        var answer = await team.SessionAsync(session);
        return (answer.Text("status"), answer.Text("error"), answer.Usd("reserved_usd"));
    }

    private async Task<JsonNode> KillAsync(long session, string reason = "enough") =>
        (await Api.PostAsync($"/sessions/{session}/kill", new { reason })).Expect(HttpStatusCode.OK);
}
