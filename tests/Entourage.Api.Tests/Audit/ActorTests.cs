using System.Net;
using System.Text.Json.Nodes;
using Entourage.Api.Tests.Access;
using Entourage.Testing;

namespace Entourage.Api.Tests.Audit;

/// <summary>Who an audit entry names, and that no name can be mistaken for another.</summary>
internal sealed class ActorTests
{
    private readonly TestAuthority authority = new();
    private ApiHost host = null!;
    private TestTeam team = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        host = await authority.StartAsync();
        team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await (host?.DisposeAsync() ?? default);
        authority.Dispose();
    }

    [Test]
    public async Task Entry_has_issuer_and_subject_of_a_token_beside_the_persons_name()
    {
        var entry = await PauseAsync(authority.AdminToken("auth0|5f7c", "Ada Lovelace"));
        CheckActor(entry, "Ada Lovelace (auth0|5f7c)", "token", TestAuthority.Issuer, "auth0|5f7c");
        Assert.That(entry.Text("key_id"), Is.Null);
        Assert.That(entry["new"]!.Text("paused_by"), Is.EqualTo("Ada Lovelace (auth0|5f7c)"));
        var found = (await host.Api.GetAsync($"/audit?actor={Uri.EscapeDataString("auth0|5f7c")}")).Ok.AsArray();
        Assert.That(found.Select(one => one!.Number("id")), Does.Contain(entry.Number("id")));
    }

    [Test]
    public async Task Entry_says_whether_a_key_or_Entourage_made_the_change()
    {
        var key = (await host.Api.PostAsync("/keys", new { name = "ci", role = "admin" })).Created;
        var entry = await PauseAsync(key.Text("key")!);
        CheckActor(entry, "ci", "key", null, null);
        Assert.That(entry.Text("key_id"), Is.EqualTo(key.Text("id")));

        await ResumeAsync();
        await team.ConfigureAsync(new { runaway = new { action = "kill", max_tokens = 10 } });
        var session = await team.StartAsync();
        await team.UseAsync(session, 0.01m);
        CheckActor((await NewestAsync("&action=session_killed"))!, "entourage", "product", null, null);
        await team.ConfigureAsync(new { runaway = new { action = "alert", max_tokens = 500_000 } });
        CheckActor((await host.Api.GetAsync("/audit?action=key_created&actor=entourage")).Ok[0]!, "entourage", "product", null, null);
    }

    [Test]
    public async Task Caller_without_a_key_is_the_operator()
    {
        await using var open = await ApiHost.StartAsync(Store.Sqlite);
        var own = await open.Api.CreateTeamAsync();
        await own.ConfigureAsync(new { daily_cost_limit_usd = 1m });
        CheckActor((await open.Api.GetAsync($"/audit?team_id={own.Id}")).Ok[0]!, "operator", "operator", null, null);
    }

    [TestCase("entourage")]
    [TestCase("Entourage")]
    [TestCase("  entourage  ")]
    [TestCase("\u202eegaruotne\u202c")]
    [TestCase("entou\u200brage")]
    [TestCase("ｅｎｔｏｕｒａｇｅ")]
    [TestCase("еntоurаgе")]
    [TestCase("bootstrap")]
    [TestCase("operator")]
    [TestCase("ci-of-another")]
    public async Task Person_named_like_Entourage_or_a_key_is_distinguishable(string name)
    {
        var entry = await PauseAsync(authority.AdminToken("mallory", name));
        var actor = entry.Text("actor")!;
        Assert.That((entry.Text("actor_kind"), entry.Text("actor_subject")), Is.EqualTo(("token", "mallory")));
        Assert.That(actor, Does.EndWith(" (mallory)").And.Not.Match(@"[\p{C}]"));
        Assert.That((await host.Api.GetAsync($"/teams/{team.Id}/pause")).Ok.Text("paused_by"), Is.EqualTo(actor));

        await using var watcher = await EventReader.OpenAsync(host.Api, $"/teams/{team.Id}/events");
        Assert.That((await host.ClientWith(null).SendAsync(
            HttpMethod.Post, $"/teams/{team.Id}/resume", new { reason = "fine" }, ("Authorization", $"Bearer {authority.AdminToken("mallory", name)}"))).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await watcher.ReadAsync())?.Json.ToJsonString(), Does.Contain("(mallory)"));
    }

    [TestCase(null, "entourage", "token (entourage)")]
    [TestCase("", "ada", "token (ada)")]
    [TestCase("\u200b\u202e", "ada", "token (ada)")]
    [TestCase("Ada", "a\u0007b\u202ec", "Ada (abc)")]
    [TestCase("Ada  \t Lovelace", "ada", "Ada Lovelace (ada)")]
    [TestCase("Ada (entourage)", "ada", "Ada (entourage) (ada)")]
    public async Task Name_of_a_token_ends_with_its_subject(string? name, string subject, string actor)
    {
        var entry = await PauseAsync(authority.AdminToken(subject, name));
        Assert.That((entry.Text("actor"), entry.Text("actor_subject")), Is.EqualTo((actor, subject)));
    }

    [Test]
    public async Task Long_names_and_subjects_are_shortened()
    {
        var (name, subject) = (string.Concat(Enumerable.Repeat("🦊", 100)), new string('s', 255));
        var entry = await PauseAsync(authority.AdminToken(subject, name));
        Assert.That(entry.Text("actor_subject"), Is.EqualTo(subject));
        Assert.That(entry.Text("actor")!, Has.Length.InRange(150, 200).And.Contains("🦊").And.Contains("(sss").And.Not.Contain("\ufffd"));
        Assert.That(entry.Text("actor")!.EnumerateRunes().Any(rune => rune.Value == 0xfffd), Is.False, "no half of a surrogate pair");

        var made = await host.ClientWith(null).SendAsync(
            HttpMethod.Post, "/keys", new { name = "by ada", role = "admin" }, ("Authorization", $"Bearer {authority.AdminToken(subject, name)}"));
        Assert.That(made.Created.Text("created_by"), Is.EqualTo(entry.Text("actor")));
    }

    [TestCase("entourage")]
    [TestCase("Entourage")]
    [TestCase("ENTOURAGE")]
    [TestCase("bootstrap")]
    [TestCase("Operator")]
    [TestCase("en tourage")]
    [TestCase("entourage.")]
    [TestCase("[entourage]")]
    [TestCase("ｅｎｔｏｕｒａｇｅ")]
    [TestCase("ⓔⓝⓣⓞⓤⓡⓐⓖⓔ")]
    [TestCase("𝐞𝐧𝐭𝐨𝐮𝐫𝐚𝐠𝐞")]
    [TestCase("entou\u200brage")]
    [TestCase("\ufeffentourage")]
    [TestCase("entou\u00adrage")]
    [TestCase("ento\u2060urage")]
    [TestCase("entourage\u3164")]
    [TestCase("entourage\u2800")]
    [TestCase("entourage\u00a0\u00a0x\u202e")]
    [TestCase("\u202eegaruotne")]
    [TestCase("\u2067egaruotne\u2069")]
    [TestCase("éntourage")]
    [TestCase("entoura\u0301ge")]
    [TestCase("еntоurаgе")]
    [TestCase("entοurαge")]
    [TestCase("ent0urage")]
    [TestCase("ENTOURΑGE")]
    [TestCase("ΕΝΤΟURAGE")]
    [TestCase("bооtstrap")]
    [TestCase("ореrаtоr")]
    [TestCase("ᴇɴᴛᴏᴜʀᴀɢᴇ")]
    public async Task Key_named_like_Entourage_is_refused(string name)
    {
        var answer = await host.Api.PostAsync("/keys", new { name, role = "admin" });
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity), answer.Text);
        Assert.That(answer.Json["errors"]!["name"], Is.Not.Null);
    }

    [TestCase("entourage-ci")]
    [TestCase("my entourage")]
    [TestCase("Zoë")]
    [TestCase("Оператор")]
    [TestCase("日本語")]
    [TestCase("👩‍💻")]
    public async Task Key_with_a_similar_name_is_issued(string name) =>
        Assert.That((await host.Api.PostAsync("/keys", new { name, role = "admin" })).Created.Text("name"), Is.EqualTo(name));

    [Test]
    public async Task Old_key_named_like_Entourage_is_shown_with_its_prefix()
    {
        var made = (await host.Api.PostAsync("/keys", new { name = "old", role = "admin" })).Created;
        await host.ExecuteAsync($"UPDATE ApiKeys SET Name = 'Entourage' WHERE Prefix = {made.Text("prefix")}");
        CheckActor(await PauseAsync(made.Text("key")!), $"Entourage (key {made.Text("prefix")})", "key", null, null);
    }

    private static void CheckActor(JsonNode entry, string actor, string kind, string? issuer, string? subject) => Assert.That(
        (entry.Text("actor"), entry.Text("actor_kind"), entry.Text("actor_issuer"), entry.Text("actor_subject")),
        Is.EqualTo((actor, kind, issuer, subject)));

    /// <summary>Pauses the team and leaves it paused.</summary>
    /// <returns>The entry of the pause.</returns>
    private async Task<JsonNode> PauseAsync(string bearer)
    {
        await ResumeAsync();
        var answer = await host.ClientWith(null).SendAsync(
            HttpMethod.Post, $"/teams/{team.Id}/pause", new { reason = $"look {Guid.NewGuid()}" }, ("Authorization", $"Bearer {bearer}"));
        _ = answer.Ok;
        var entry = (await NewestAsync("&action=paused"))!;
        Assert.That(entry["new"]!.Text("reason"), Is.EqualTo(answer.Json.Text("reason")));
        return entry;
    }

    private async Task ResumeAsync() => _ = (await host.Api.PostAsync($"/teams/{team.Id}/resume", new { reason = "fine" })).Ok;

    private async Task<JsonNode?> NewestAsync(string query) => (await host.Api.GetAsync($"/audit?team_id={team.Id}&limit=1{query}")).Ok[0];
}
