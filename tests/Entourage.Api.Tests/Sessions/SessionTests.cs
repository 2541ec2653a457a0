using System.Collections.Concurrent;
using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Sessions;

/// <summary>How sessions start, end, and are listed.</summary>
internal sealed class SessionTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Session_has_the_documented_members()
    {
        var team = await Api.CreateTeamAsync();
        var session = (await Api.PostAsync("/sessions/start", new { agent_id = team.Agent })).Created;

        Assert.That(session.AsObject().Select(member => member.Key), Is.EquivalentTo(new[]
        {
            "id", "session_id", "agent_id", "agent_name", "task_id", "task_title", "model", "labels", "status", "started_at", "ended_at",
            "duration_minutes", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "tokens", "cost_usd",
            "tree_cost_usd", "imputed_cost_usd", "reserved_usd", "parent_session_id", "error",
        }));
        Assert.That(session.Text("model"), Is.EqualTo("claude-sonnet-4-20250514"), "the agent's model, because the session names none");
    }

    [Test]
    public async Task Usage_is_answered_with_the_session_and_its_budgets()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 8m });
        var session = await team.StartAsync(await team.CreateTaskAsync(new { title = "Typo", tags = new[] { "budget:3" } }));

        var usage = await team.UseAsync(session, 1.25m);
        var shown = (await Api.GetAsync($"/sessions/{session}")).Ok;
        var budget = await team.BudgetAsync();

        foreach (var (name, value) in shown.AsObject())
        {
            Assert.That(usage[name]?.ToJsonString(), Is.EqualTo(value?.ToJsonString()), name);
        }

        Assert.That(usage["budget"]!.ToJsonString(), Is.EqualTo(budget.ToJsonString()));
        Assert.That(budget.AsObject().Select(member => member.Key), Is.SupersetOf(new[]
        {
            "daily_limit_usd", "daily_spent_usd", "daily_remaining_usd", "task_limit_usd", "task_spent_usd", "over_budget",
            "reserved_usd", "stop", "stop_reasons", "resets_at", "cap_reached_at", "budgets",
        }));
    }

    [TestCase(null, "completed", null)]
    [TestCase("{}", "completed", null)]
    [TestCase("""{"outcome": "completed"}""", "completed", null)]
    [TestCase("""{"outcome": "failed", "error": "Rate limited"}""", "failed", "Rate limited")]
    [TestCase("""{"error": "Rate limited"}""", "failed", "Rate limited")]
    public async Task Session_ends_with_the_status_from_its_agent(string? body, string status, string? error)
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        Host.Clock.Advance(TimeSpan.FromSeconds(119));

        var ended = (await Api.PostAsync($"/sessions/{session}/end", body)).Ok;
        Host.Clock.Advance(TimeSpan.FromHours(1));
        var again = (await Api.PostAsync($"/sessions/{session}/end", """{"outcome": "failed", "error": "Too late"}""")).Ok;

        Assert.That((ended.Text("status"), ended.Text("error"), ended.Number("duration_minutes")), Is.EqualTo((status, error, 1L)));
        Assert.That(again.ToJsonString(), Is.EqualTo(ended.ToJsonString()));
    }

    [Test]
    public async Task Sessions_of_an_agent_are_listed_newest_first_and_filtered()
    {
        var team = await Api.CreateTeamAsync();
        var task = await team.CreateTaskAsync();
        var (first, second, third) = (await team.StartAsync(), await team.StartAsync(task), await team.StartAsync(task));
        await Api.PostAsync($"/sessions/{second}/end", null);

        Assert.That(await IdsAsync(""), Is.EqualTo(new[] { third, second, first }));
        Assert.That(await IdsAsync($"?task_id={task}"), Is.EqualTo(new[] { third, second }));
        Assert.That(await IdsAsync("?status=active"), Is.EqualTo(new[] { third, first }));
        Assert.That(await IdsAsync($"?status=completed&task_id={task}"), Is.EqualTo(new[] { second }));

        async Task<long[]> IdsAsync(string query) =>
            [.. (await Api.GetAsync($"/agents/{team.Agent}/sessions{query}")).Ok.AsArray().Select(session => session!.Number("id")!.Value)];
    }

    [Test]
    public async Task Usage_record_has_the_reported_values()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var usage = (await Api.PostAsync($"/sessions/{session}/usage", """
            {"input_tokens": 1, "output_tokens": 2, "cache_read_tokens": 3, "cache_write_tokens": 4, "cost_usd": 0.000000001,
             "model": "gpt-5", "occurred_at": "2026-06-10T13:30:00+02:00", "error": "Line one\nline two"}
            """)).Ok;

        var record = (await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray().Single()!;

        Assert.Multiple(() =>
        {
            Assert.That(record.Text("id"), Is.EqualTo(usage.Text("usage_id")));
            Assert.That(record.Text("model"), Is.EqualTo("gpt-5"));
            Assert.That(record.Text("occurred_at"), Is.EqualTo("2026-06-10T11:30:00Z"));
            Assert.That(record.Text("error"), Is.EqualTo("Line one\nline two"));
            Assert.That(record.Usd("cost_usd"), Is.EqualTo(0.000000001m));
            Assert.That(record.Text("cost_source"), Is.EqualTo("reported"));
            Assert.That(record.Text("billing"), Is.EqualTo("api"));
            Assert.That(record.Number("cache_read_tokens"), Is.EqualTo(3));
            Assert.That(record.Number("cache_write_tokens"), Is.EqualTo(4));
        });
    }

    [Test]
    public async Task Sub_agents_nest_at_most_sixteen_sessions_deep()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        for (var depth = 2; depth <= 16; depth++)
        {
            session = await team.StartAsync(parent: session);
        }

        var tooDeep = await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, parent_session_id = session });

        Assert.That(tooDeep.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(tooDeep.Json["errors"]!["parent_session_id"], Is.Not.Null);
    }

    [Test]
    public async Task Concurrent_usages_with_a_total_beyond_64_bits_are_all_recorded()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var answers = new ConcurrentBag<Answer>();
        await Parallel.ForAsync(0, 9_300, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, _) =>
            answers.Add(await Api.PostAsync($"/sessions/{session}/usage", """{"input_tokens": 1, "output_tokens": 1, "cost_usd": 1000000}""")));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That((await Api.GetAsync($"/sessions/{session}")).Ok.Usd("cost_usd"), Is.EqualTo(9_300_000_000m));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Sessions_of_a_team_and_of_an_organisation_are_listed_newest_first()
    {
        var team = await Api.CreateTeamAsync();
        var other = (await Api.PostAsync($"/teams/{team.Id}/agents", new { name = "second" })).Created.Text("id")!;
        var task = await team.CreateTaskAsync(new { title = "Fix" });
        var first = await team.StartAsync();
        var second = (await Api.PostAsync("/sessions/start", new { agent_id = other, task_id = task })).Created.Number("id");
        _ = (await Api.PostAsync($"/sessions/{first}/end", new { })).Ok;
        _ = await (await Api.CreateTeamAsync()).StartAsync();

        foreach (var path in new[] { $"/teams/{team.Id}/sessions", $"/orgs/{team.Organisation}/sessions" })
        {
            Assert.That(await IdsAsync(path), Is.EqualTo(new[] { second, first }), path);
            Assert.That(await IdsAsync($"{path}?status=completed"), Is.EqualTo(new[] { first }), path);
            Assert.That(await IdsAsync($"{path}?agent_id={other}"), Is.EqualTo(new[] { second }), path);
            Assert.That(await IdsAsync($"{path}?task_id={task}"), Is.EqualTo(new[] { second }), path);
            Assert.That((await Api.GetAsync($"{path}?limit=1")).Header("Link"), Does.Contain("cursor="), path);
            Assert.That((await Api.GetAsync($"{path}?limit=0")).Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity), path);
        }

        async Task<IEnumerable<long?>> IdsAsync(string path) => (await Api.GetAsync(path)).Ok.AsArray().Select(session => session!.Number("id"));
    }
}
