using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Conventions;

/// <summary>Every list can be read page by page in both directions and be searched.</summary>
internal sealed class ListTests(Store store) : ApiFixture(store)
{
    private TestTeam team = null!;
    private long session;

    [OneTimeSetUp]
    public async Task CreateAsync()
    {
        team = await Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        await team.ConfigureAsync(new { daily_cost_limit_usd = 2m, agent_daily_cost_limit_usd = 1m });
        await Api.CreateAgentAsync(team.Id, "Größe-Bot");
        await Api.CreateAgentAsync(team.Id, "reviewer_1");
        foreach (var (slug, name) in new[] { ("b-team", "Ωmega"), ("a-team", "alpha 100%") })
        {
            _ = (await Api.PostAsync($"/orgs/{team.Organisation}/teams", new { name, slug })).Created;
        }

        foreach (var title in new[] { "Zebra crossing", "apple pie", "Bug in [login]" })
        {
            session = await team.StartAsync(await team.CreateTaskAsync(new { title, description = "With care" }));
        }

        foreach (var usd in new[] { 0.3m, 2m, 0.1m })
        {
            _ = (await Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 100, output_tokens = 10, cost_usd = usd, model = $"house-{usd}" })).Ok;
        }

        foreach (var name in new[] { "night", "Day", "noon" })
        {
            _ = (await Api.PostAsync("/budgets", new { name, scope = "label", match = $"time={name}", team_id = team.Id, period = "hour", limit_usd = 5m })).Created;
            _ = (await Api.PostAsync("/keys", new { name, role = "agent", agent_id = team.Agent })).Created;
            _ = (await Api.PostAsync($"/teams/{team.Id}/webhooks", new { url = $"https://{name}.example/hook", events = new[] { "alert" } })).Created;
            _ = (await Api.PostAsync($"/orgs/{team.Organisation}/webhooks", new { url = $"https://{name}.example/hook", events = new[] { "alert" } })).Created;
            _ = (await Api.PostAsync("/human-requests", new { agent_id = team.Agent, kind = "question", question = $"Run at {name}?" })).Created;
        }
    }

    private IEnumerable<string> Lists =>
    [
        "/orgs", "/keys", "/prices", "/audit", $"/orgs/{team.Organisation}/teams", $"/orgs/{team.Organisation}/sessions", $"/orgs/{team.Organisation}/alerts",
        $"/orgs/{team.Organisation}/webhooks", $"/orgs/{team.Organisation}/human-requests", $"/teams/{team.Id}/agents", $"/teams/{team.Id}/tasks", $"/teams/{team.Id}/sessions", $"/teams/{team.Id}/alerts",
        $"/teams/{team.Id}/webhooks", $"/teams/{team.Id}/human-requests", $"/agents/{team.Agent}/sessions", $"/sessions/{session}/usage",
        "/budgets",
    ];

    [Test]
    public async Task Pages_in_both_directions_have_every_item_once()
    {
        foreach (var list in Lists)
        {
            var (up, down) = (await ReadAsync($"{list}?order=asc&limit=2"), await ReadAsync($"{list}?order=desc&limit=2"));
            Assert.That(up, Has.Count.GreaterThan(list == "/orgs" ? 0 : 1).And.Unique, list);
            Assert.That(down.AsEnumerable().Reverse(), Is.EqualTo(up), list);
            Assert.That(await ReadAsync($"{list}?limit=200"), Is.EqualTo(up).Or.EqualTo(down), list);
        }
    }

    [Test]
    public async Task Search_without_a_match_finds_nothing_and_a_blank_one_everything()
    {
        foreach (var list in Lists)
        {
            Assert.That(await ReadAsync($"{list}?q=nothing+like+this"), Is.Empty, list);
            Assert.That(await ReadAsync($"{list}?q=+"), Is.EqualTo(await ReadAsync(list)), list);
        }
    }

    [TestCase("/orgs/{0}/teams", "ALPHA", "a-team")]
    [TestCase("/orgs/{0}/teams", "100%", "a-team")]
    [TestCase("/orgs/{0}/teams", "Ωmega", "b-team")]
    [TestCase("/orgs/{0}/teams", "-TEAM", "a-team b-team")]
    [TestCase("/teams/{1}/agents", "größe", "Größe-Bot")]
    [TestCase("/teams/{1}/agents", "reviewer_", "reviewer_1")]
    [TestCase("/teams/{1}/agents", "r%", "")]
    [TestCase("/teams/{1}/agents", "HOUSE", "eng-1")]
    [TestCase("/teams/{1}/tasks", "[LOGIN]", "Bug in [login]")]
    [TestCase("/teams/{1}/tasks", "with CARE", "Bug in [login] apple pie Zebra crossing")]
    [TestCase("/keys", "da", "Day")]
    [TestCase("/teams/{1}/webhooks", "DAY", "https://day.example/hook")]
    [TestCase("/orgs/{0}/webhooks", "noon.", "https://noon.example/hook")]
    [TestCase("/teams/{1}/human-requests", "at night", "Run at night?")]
    [TestCase("/sessions/{2}/usage", "house-2", "house-2")]
    [TestCase("/budgets", "TIME=n", "night noon")]
    [TestCase("/prices", "OPUS-4-1", "claude-opus-4-1")]
    public async Task Text_is_found_in_any_case(string list, string text, string names) =>
        Assert.That(string.Join(' ', (await NamesAsync(list, $"?q={Uri.EscapeDataString(text)}")).Select(name => name.StartsWith("https", StringComparison.Ordinal) ? name.ToLowerInvariant() : name)), Is.EqualTo(names));

    [TestCase("/keys", "name", "Day night noon", "noon night Day")]
    [TestCase("/keys", "created", "night Day noon", "noon Day night")]
    [TestCase("/teams/{1}/tasks", "title", "Bug in [login]|Zebra crossing|apple pie", "apple pie|Zebra crossing|Bug in [login]")]
    [TestCase("/sessions/{2}/usage", "cost", "house-0.1 house-0.3 house-2", "house-2 house-0.3 house-0.1")]
    [TestCase("/sessions/{2}/usage", "recorded", "house-0.3 house-2 house-0.1", "house-0.1 house-2 house-0.3")]
    public async Task List_is_sorted_by_a_member(string list, string sort, string up, string down)
    {
        var separator = up.Contains('|', StringComparison.Ordinal) ? '|' : ' ';
        foreach (var (order, names) in new[] { ("asc", up), ("desc", down) })
        {
            var found = (await NamesAsync(list, $"?sort={sort}&order={order}&limit=1")).ToList();
            // The stores compare upper and lower case differently.
            Assert.That(found, sort == "title" ? Is.EquivalentTo(names.Split(separator)) : Is.EqualTo(names.Split(separator)), order);
        }
    }

    [TestCase("cost")]
    [TestCase("tokens")]
    public async Task Sessions_of_an_agent_a_team_and_an_organisation_are_sorted(string sort)
    {
        foreach (var list in new[] { $"/agents/{team.Agent}/sessions", $"/teams/{team.Id}/sessions", $"/orgs/{team.Organisation}/sessions" })
        {
            Assert.That((await ReadAsync($"{list}?sort={sort}&limit=1"))[0], Does.StartWith($"{{\"id\":{session},"), list);
            Assert.That((await ReadAsync($"{list}?sort={sort}&order=asc&limit=1"))[^1], Does.StartWith($"{{\"id\":{session},"), list);
        }
    }

    private async Task<IEnumerable<string>> NamesAsync(string list, string query) =>
        (await ReadAsync(string.Format(null, list, team.Organisation, team.Id, session) + query))
            .Select(item => JsonNode.Parse(item)!)
            .Select(item => item.Text(new[] { "slug", "title", "name", "question", "url", "model" }.First(member => item[member] is not null))!);

    /// <summary>Reads all pages of a list.</summary>
    private async Task<List<string>> ReadAsync(string path)
    {
        List<string> items = [];
        for (var next = path; next is not null;)
        {
            var page = await Api.GetAsync(next);
            items.AddRange(page.Ok.AsArray().Select(item => item!.ToJsonString()));
            next = page.NextPath();
        }

        return items;
    }
}
