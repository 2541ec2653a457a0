using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Entourage.Domain.Access;
using Entourage.Testing;
using Microsoft.Data.Sqlite;

namespace Entourage.Api.Tests.Access;

/// <summary>A server that requires keys, with two organisations and one resource of each kind in each place.</summary>
internal sealed partial class AccessWorld : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SqliteConnection store;
    private readonly Dictionary<AccessPlace, (string Organisation, string Team, string Agent)> homes = [];
    private readonly Dictionary<AccessPlace, Dictionary<string, string>> resources = [];
    private readonly Dictionary<CallerRole, Testing.ApiClient> clients = [];
    private readonly Testing.ApiClient anonymous;
    private int made;

    private AccessWorld(ApiHost host)
    {
        Host = host;
        anonymous = host.ClientWith(null);
        store = new SqliteConnection(new SqliteConnectionStringBuilder(host.Database.ConnectionString) { Mode = SqliteOpenMode.ReadOnly }.ToString());
    }

    public ApiHost Host { get; }

    public Testing.ApiClient Admin => Host.Api;

    public static async Task<AccessWorld> CreateAsync()
    {
        var settings = new Dictionary<string, string>(ApiHost.WithKeys) { ["Webhooks:AllowPrivateAddresses"] = "true" };
        var world = new AccessWorld(await ApiHost.StartAsync(Store.Sqlite, settings: settings));
        await world.store.OpenAsync();
        await world.FillAsync();
        return world;
    }

    /// <summary>The client of a role, or one without a key.</summary>
    public Testing.ApiClient ClientOf(CallerRole? role) => role is { } known ? clients[known] : anonymous;

    /// <summary>The agent of a place.</summary>
    public string AgentIn(AccessPlace place) => homes[place].Agent;

    public async Task<Testing.ApiClient> IssueAsync(object body) => Host.ClientWith((await Admin.PostAsync("/keys", body)).Created.Text("key"));

    /// <summary>Replaces names by the resources of a place.</summary>
    public string Fill(string text, AccessPlace place) => Name.Replace(text, match => resources[place][match.Groups[1].Value]);

    /// <summary>Replaces names by newly made resources.</summary>
    public async Task<IReadOnlyDictionary<string, string>> MakeAsync(string text, AccessPlace place)
    {
        var things = new Dictionary<string, string>();
        foreach (var name in Name.Matches(text).Select(match => match.Groups[1].Value).Distinct())
        {
            things[name] = await MakeOneAsync(name, place);
        }

        return things;
    }

    /// <summary>Replaces names by the given values.</summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string> things) => Name.Replace(text, match => things[match.Groups[1].Value]);

    /// <summary>Removes from an answer what differs between two requests for the same thing.</summary>
    public string WithoutIds(string answer, AccessPlace place)
    {
        foreach (var value in resources[place].Values)
        {
            answer = Regex.Replace(answer, $@"\b{value}\b", "<>", RegexOptions.None, Patience);
        }

        return Trace.Replace(answer, "");
    }

    /// <summary>The ids of a place, which an answer must not reveal.</summary>
    public IEnumerable<string> SecretsOf(AccessPlace place) => resources[place].Values.Where(value => value.Length == Guid.Empty.ToString().Length);

    /// <summary>Reads every row of every table, except the columns that the webhook job writes.</summary>
    public async Task<string> DigestAsync()
    {
        var rows = new StringBuilder();
        foreach (var table in await store.ReadTablesAsync())
        {
            var columns = table switch
            {
                "Webhooks" => "Id, TeamId, Url, KindBits, Format, Secret FROM Webhooks",
                "WebhookDeliveries" => "Id FROM WebhookDeliveries WHERE Type = 'test'",
                "sqlite_sequence" => "* FROM sqlite_sequence WHERE name <> 'WebhookDeliveries'",
                _ => $"* FROM \"{table}\"",
            };
            rows.AppendLine(table).AppendJoin('\n', await store.ReadRowsAsync($"SELECT {columns}"));
        }

        return rows.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await Host.DisposeAsync();
    }

    private async Task FillAsync()
    {
        var own = await Admin.CreateTeamAsync();
        var otherTeam = (await Admin.PostAsync($"/orgs/{own.Organisation}/teams", new { name = "Other", slug = "other" })).Created.Text("id")!;
        var other = await Admin.CreateTeamAsync();
        homes[AccessPlace.Own] = (own.Organisation, own.Id, own.Agent);
        homes[AccessPlace.Peer] = (own.Organisation, own.Id, await Admin.CreateAgentAsync(own.Id, "peer"));
        homes[AccessPlace.OtherTeam] = (own.Organisation, otherTeam, await Admin.CreateAgentAsync(otherTeam, "eng-1"));
        homes[AccessPlace.OtherOrganisation] = (other.Organisation, other.Id, other.Agent);
        string[] names = ["org", "team", "agent", "task", "session", "reservation", "request", "alert", "webhook", "budget", "key", "new", "spareorg", "spareteam", "spareagent"];
        foreach (var place in homes.Keys)
        {
            resources[place] = [];
            foreach (var name in names)
            {
                resources[place][name] = await MakeOneAsync(name, place);
            }
        }

        resources[AccessPlace.Nowhere] = names.ToDictionary(name => name, name => name is "task" or "budget" ? "999998" : name is "session" ? "999999" : Guid.CreateVersion7().ToString());
        clients[CallerRole.Agent] = await IssueAsync(new { name = "agent", role = "agent", agent_id = own.Agent });
        clients[CallerRole.Lead] = await IssueAsync(new { name = "lead", role = "lead", team_id = own.Id });
        clients[CallerRole.Admin] = Admin;
    }

    private async Task<string> MakeOneAsync(string name, AccessPlace place)
    {
        if (place == AccessPlace.Nowhere)
        {
            return resources[place][name];
        }

        var (organisation, team, agent) = homes[place];
        switch (name)
        {
            case "org":
                return organisation;
            case "team":
                return team;
            case "agent":
                return agent;
            case "new":
                return string.Create(CultureInfo.InvariantCulture, $"new-{++made}");
            case "spareorg":
                return await IdOfAsync("/orgs", new { name = "Spare", slug = $"spare-{++made}" });
            case "spareteam":
                return await IdOfAsync($"/orgs/{organisation}/teams", new { name = "Spare", slug = $"spare-{++made}" });
            case "spareagent":
                return await IdOfAsync($"/teams/{team}/agents", new { name = $"spare-{++made}" });
            case "task":
                return await IdOfAsync($"/teams/{team}/tasks", new { title = "Some", assignee_id = agent });
            case "session":
                return await IdOfAsync("/sessions/start", new { agent_id = agent });
            case "reservation":
                return await IdOfAsync($"/sessions/{await MakeOneAsync("session", place)}/reservations", new { estimated_cost_usd = 0.01m });
            case "request":
                return await IdOfAsync("/human-requests", new { agent_id = agent, kind = "question", question = "Why?" });
            case "alert":
                await MakeOneAsync("request", place);
                return (await Admin.GetAsync($"/teams/{team}/alerts?kind=human_request&limit=1")).Ok[0]!.Text("id")!;
            case "webhook":
                return await IdOfAsync($"/teams/{team}/webhooks", new { url = "http://127.0.0.1:9/x", events = new[] { "stop" } });
            case "budget":
                return await IdOfAsync("/budgets", new { scope = "team", team_id = team, period = "week", limit_usd = 1_000m });
            default:
                return await IdOfAsync("/keys", new { name = "some", role = "agent", agent_id = agent });
        }

        async Task<string> IdOfAsync(string path, object body) => (await Admin.PostAsync(path, body)).Created["id"]!.ToString();
    }

    [GeneratedRegex("<([a-z]+)>")]
    private static partial Regex Name { get; }

    [GeneratedRegex("\"trace_id\":\"[^\"]*\"")]
    private static partial Regex Trace { get; }
}
