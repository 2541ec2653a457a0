using System.Net;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Sessions;

/// <summary>Sessions and usages have labels, which tell what the money was spent for.</summary>
internal sealed class LabelTests(Store store) : ApiFixture(store)
{
    private TestTeam team = null!;

    [SetUp]
    public async Task CreateTeamAsync() => team = await Api.CreateTeamAsync();

    [Test]
    public async Task Session_has_the_labels_of_its_start_in_every_answer()
    {
        var started = await StartAsync(new { PR = "4711", customer = "Acme = Co" });
        var session = started.Number("id")!.Value;
        var used = await team.UseAsync(session, 0.5m);
        var ended = (await Api.PostAsync($"/sessions/{session}/end", null)).Ok;
        var listed = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Single()!;

        const string Expected = """{"customer":"Acme = Co","pr":"4711"}""";
        var answers = new[] { started, used, ended, listed, await team.SessionAsync(session) };
        Assert.That(answers.Select(answer => answer["labels"]!.ToJsonString()), Is.All.EqualTo(Expected));
    }

    [Test]
    public async Task Session_without_labels_has_an_empty_object()
    {
        Assert.That(LabelsOf(await team.SessionAsync(await team.StartAsync())), Is.EqualTo("{}"));
        Assert.That(LabelsOf(await StartAsync(new { })), Is.EqualTo("{}"));
        Assert.That(LabelsOf(await StartAsync(null)), Is.EqualTo("{}"));
    }

    [Test]
    public async Task Sub_agents_inherit_labels_and_may_replace_or_add_some()
    {
        var parent = (await StartAsync(new { customer = "acme", user = "dana" })).Number("id");
        var child = await StartAsync(null, parent);
        var grandchild = await StartAsync(new { user = "kim", pr = "7" }, child.Number("id"));

        Assert.That(LabelsOf(child), Is.EqualTo("""{"customer":"acme","user":"dana"}"""));
        Assert.That(LabelsOf(grandchild), Is.EqualTo("""{"customer":"acme","pr":"7","user":"kim"}"""));
        Assert.That((await Api.GetAsync($"/sessions/{parent}")).Ok["labels"]!.ToJsonString(), Is.EqualTo("""{"customer":"acme","user":"dana"}"""));
    }

    [Test]
    public async Task Sub_agent_of_another_agent_inherits_the_labels_of_the_token()
    {
        var parent = (await StartAsync(new { customer = "acme" })).Number("id");
        var token = (await Api.PostAsync($"/sessions/{parent}/child-tokens", null)).Created.Text("token");
        var other = await Api.CreateAgentAsync(team.Id, "eng-2");
        var child = await Api.PostAsync("/sessions/start", new { agent_id = other, parent_token = token });
        Assert.That(LabelsOf(child.Created), Is.EqualTo("""{"customer":"acme"}"""));
    }

    [Test]
    public async Task Usage_has_the_labels_of_its_session_and_its_own()
    {
        var session = (await StartAsync(new { customer = "acme", user = "dana" })).Number("id")!.Value;
        var used = await UseAsync(session, new { User = "kim", pr = "7" });
        await UseAsync(session, new { customer = "acme" });
        await team.UseAsync(session, 0.1m);
        var batch = (await Api.PostAsync("/sessions/usage/batch", new
        {
            items = new object[]
            {
                new { session_id = session, input_tokens = 1, output_tokens = 1, labels = new { pr = "8" } },
                new { session_id = session, input_tokens = 1, output_tokens = 1, labels = new { pr = "" } },
                new { session_id = session, input_tokens = 1, output_tokens = 1, labels = new { pr = 8 } },
            },
        })).Ok.Items("items");

        Assert.That(LabelsOf(used), Is.EqualTo("""{"customer":"acme","user":"dana"}"""), "the session's");
        Assert.That(batch.Select(item => item.Number("status")), Is.EqualTo(new long?[] { 200, 422, 400 }));
        Assert.That(batch[1]["problem"]!["errors"]!.AsObject().Single().Key, Is.EqualTo("labels"));
        Assert.That((await UsagesAsync(session)).Select(LabelsOf), Is.EqualTo(new[]
        {
            """{"customer":"acme","pr":"8","user":"dana"}""",
            """{"customer":"acme","user":"dana"}""",
            """{"customer":"acme","user":"dana"}""",
            """{"customer":"acme","pr":"7","user":"kim"}""",
        }));
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Usage_whose_labels_are_too_many_beside_those_of_the_session_is_refused_alone()
    {
        var session = (await StartAsync(Numbered("a", 6))).Number("id")!.Value;
        var refused = await Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 1, output_tokens = 1, labels = Numbered("b", 5) });
        var batch = (await Api.PostAsync("/sessions/usage/batch", new
        {
            items = new[] { 5, 4 }.Select(count => new { session_id = session, input_tokens = 1, output_tokens = 1, labels = Numbered("b", count) }),
        })).Ok.Items("items");

        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(refused.Json["errors"]!["labels"]![0]!.GetValue<string>(), Is.EqualTo("At most 10 labels are allowed, inherited ones included; these are 11."));
        Assert.That(batch.Select(item => item.Number("status")), Is.EqualTo(new long?[] { 422, 200 }));
        Assert.That((await UsagesAsync(session)).Single()!["labels"]!.AsObject(), Has.Count.EqualTo(10));
    }

    [Test]
    public async Task Start_with_too_many_labels_does_not_fail_starts_beside_it()
    {
        var parent = (await StartAsync(Numbered("a", 6))).Number("id");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Api.PostAsync(
            "/sessions/start", new { agent_id = team.Agent, parent_session_id = parent, labels = Numbered("b", 4 + (number % 2)) })));
        Assert.That(
            answers.Select(answer => answer.Status),
            Is.EqualTo(Enumerable.Range(0, 20).Select(number => number % 2 == 0 ? HttpStatusCode.Created : HttpStatusCode.UnprocessableEntity)));
    }

    [Test]
    public async Task Retry_may_list_the_labels_in_another_order_but_not_change_them()
    {
        var start = await SendAsync("/sessions/start", $"\"agent_id\":\"{team.Agent}\"", """{"customer":"acme","pr":"7"}""");
        var session = start.Created.Number("id");
        foreach (var (path, members) in new[]
        {
            ("/sessions/start", $"\"agent_id\":\"{team.Agent}\""),
            ($"/sessions/{session}/usage", "\"input_tokens\":1,\"output_tokens\":1"),
            ($"/sessions/{session}/reservations", "\"estimated_cost_usd\":0.01"),
        })
        {
            var first = await SendAsync(path, members, """{"customer":"acme","pr":"7"}""");
            var again = await SendAsync(path, members, """{"pr":"7","customer":"acme"}""");
            var other = await SendAsync(path, members, """{"pr":"8","customer":"acme"}""");
            var none = await SendAsync(path, members, "{}");

            Assert.That((again.Status, again.Text, again.Header("Idempotent-Replayed")), Is.EqualTo((first.Status, first.Text, "true")), path);
            Assert.That((other.Status, other.Json.Text("type")), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "/problems/idempotency-key-reused")), path);
            Assert.That(none.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity), path);
        }

        Task<Answer> SendAsync(string path, string members, string labels) => Api.PostAsync(path, $$"""{{{members}},"labels":{{labels}}}""", "same");
    }

    [Test]
    public async Task Event_of_a_start_has_the_labels()
    {
        await using var events = await EventReader.OpenAsync(Api, $"/teams/{team.Id}/events");
        await StartAsync(new { customer = "acme" });

        Assert.That(LabelsOf((await events.ReadUntilAsync(item => item.Kind == "session")).Json["data"]), Is.EqualTo("""{"customer":"acme"}"""));
    }

    private static string LabelsOf(JsonNode? answer) => answer!["labels"]!.ToJsonString();

    private static Dictionary<string, string> Numbered(string name, int count) => Enumerable.Range(1, count).ToDictionary(number => $"{name}{number}", number => $"{number}");

    private async Task<JsonNode> StartAsync(object? labels, long? parent = null) =>
        (await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, parent_session_id = parent, labels })).Created;

    private async Task<JsonNode> UseAsync(long session, object labels) =>
        (await Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 100, output_tokens = 10, cost_usd = 0.1m, labels })).Ok;

    private async Task<IReadOnlyList<JsonNode?>> UsagesAsync(long session) => [.. (await Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray()];
}
