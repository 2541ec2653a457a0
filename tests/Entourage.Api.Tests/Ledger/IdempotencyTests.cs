using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Ledger;

/// <summary>A retry with the same key changes nothing (rule 2).</summary>
internal sealed class IdempotencyTests(Store store) : ApiFixture(store)
{
    private const string Replayed = "Idempotent-Replayed";

    [Test]
    public async Task Repeated_usage_gets_the_first_answer_and_is_counted_once()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var body = new { input_tokens = 5, output_tokens = 5, cost_usd = 1.5m };

        var first = await Api.PostAsync($"/sessions/{session}/usage", body, "call-1");
        Host.Clock.Advance(TimeSpan.FromMinutes(3));
        var second = await Api.PostAsync($"/sessions/{session}/usage", body, "call-1");

        Assert.Multiple(() =>
        {
            Assert.That(first.Header(Replayed), Is.Null);
            Assert.That(second.Header(Replayed), Is.EqualTo("true"));
            Assert.That(second.Text, Is.EqualTo(first.Text));
        });
        Assert.That((await Api.GetAsync($"/sessions/{session}")).Ok.Usd("cost_usd"), Is.EqualTo(1.5m));
    }

    [Test]
    public async Task Concurrent_duplicates_over_two_replicas_are_counted_once()
    {
        await using var second = ApiHost.StartBeside(Host);
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? Api : second.Api).PostAsync(
            $"/sessions/{session}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 0.25m }, $"same-{i % 3}")));

        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(answers.Count(answer => answer.Header(Replayed) is null), Is.EqualTo(3));
        Assert.That((await Api.GetAsync($"/sessions/{session}")).Ok.Usd("cost_usd"), Is.EqualTo(0.75m));
    }

    [Test]
    public async Task Same_key_with_another_body_is_refused_and_changes_nothing()
    {
        var team = await Api.CreateTeamAsync();
        var session = await team.StartAsync();
        await team.UseAsync(session, 1m, idempotencyKey: "call-1");

        var reused = await Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 100, output_tokens = 10, cost_usd = 2m }, "call-1");

        Assert.That(reused.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(reused.Json.Text("type"), Is.EqualTo("/problems/idempotency-key-reused"));
        Assert.That((await Api.GetAsync($"/sessions/{session}")).Ok.Usd("cost_usd"), Is.EqualTo(1m));
    }

    [Test]
    public async Task Same_key_for_another_session_is_independent()
    {
        var team = await Api.CreateTeamAsync();
        var (first, second) = (await team.StartAsync(), await team.StartAsync());
        await team.UseAsync(first, 1m, idempotencyKey: "call-1");
        await team.UseAsync(second, 2m, idempotencyKey: "call-1");

        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(3m));
    }

    [Test]
    public async Task Repeated_post_creates_one_thing()
    {
        var team = await Api.CreateTeamAsync();
        var slug = $"s-{team.Id}";

        await EnsureCreatedOnceAsync("/orgs", new { name = "Acme", slug });
        await EnsureCreatedOnceAsync($"/orgs/{team.Organisation}/teams", new { name = "Core", slug });
        await EnsureCreatedOnceAsync($"/teams/{team.Id}/agents", new { name = "eng-7" });
        await EnsureCreatedOnceAsync($"/teams/{team.Id}/tasks", new { title = "Once" });
        await EnsureCreatedOnceAsync("/sessions/start", new { agent_id = team.Agent });

        async Task EnsureCreatedOnceAsync(string path, object body)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Api.PostAsync(path, body, "make")));
            Assert.That(answers.Select(answer => answer.Created.ToJsonString()).Distinct().Count(), Is.EqualTo(1), path);
            Assert.That(answers.Count(answer => answer.Header(Replayed) == "true"), Is.EqualTo(3), path);
        }
    }

    [Test]
    public async Task Refusal_is_not_stored_and_the_same_key_can_retry()
    {
        var team = await Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 0m });
        var refused = await Api.PostAsync("/sessions/start", new { agent_id = team.Agent }, "start-1");
        await team.ConfigureAsync(new { daily_cost_limit_usd = 1m });

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        Assert.That((await Api.PostAsync("/sessions/start", new { agent_id = team.Agent }, "start-1")).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Retry_is_accepted_after_its_usage_has_become_too_old()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store);
        var team = await host.Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var body = new { input_tokens = 5, output_tokens = 5, cost_usd = 1.5m, occurred_at = host.Clock.GetUtcNow().AddDays(-29) };
        var first = await host.Api.PostAsync($"/sessions/{session}/usage", body, "call-1");

        host.Clock.Advance(TimeSpan.FromDays(3));
        var second = await host.Api.PostAsync($"/sessions/{session}/usage", body, "call-1");
        var item = new { session_id = session, body.input_tokens, body.output_tokens, body.cost_usd, body.occurred_at, idempotency_key = "call-1" };
        var third = (await host.Api.PostAsync("/sessions/usage/batch", new { items = new[] { item } })).Ok.Items("items").Single();
        var unknown = await host.Api.PostAsync($"/sessions/{session}/usage", body, "call-2");

        Assert.Multiple(() =>
        {
            Assert.That((second.Status, second.Text, second.Header(Replayed)), Is.EqualTo((HttpStatusCode.OK, first.Text, "true")));
            Assert.That((third.Number("status"), third.Flag("replayed"), third.Text("usage_id")), Is.EqualTo((200L, true, first.Ok.Text("usage_id"))));
            Assert.That(unknown.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
            Assert.That(unknown.Json["errors"]!["occurred_at"], Is.Not.Null);
        });
        Assert.That((await team.SessionAsync(session)).Usd("cost_usd"), Is.EqualTo(1.5m));
    }

    [Test]
    public async Task Key_replays_for_seven_days_and_is_deleted_later()
    {
        await using var host = await ApiHost.StartAsync(Host.Database.Store);
        var team = await host.Api.CreateTeamAsync();
        var session = await team.StartAsync();
        var body = new { input_tokens = 1, output_tokens = 1, cost_usd = 1m };
        await host.Api.PostAsync($"/sessions/{session}/usage", body, "call-1");

        host.Clock.Advance(TimeSpan.FromDays(7));
        Assert.That((await host.Api.PostAsync($"/sessions/{session}/usage", body, "call-1")).Header(Replayed), Is.EqualTo("true"));

        host.Clock.Advance(TimeSpan.FromDays(2));
        await Patience.UntilAsync(async () => await host.CountAsync("IdempotentAnswers") == 0);
    }
}
