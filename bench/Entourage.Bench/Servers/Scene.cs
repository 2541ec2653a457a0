using System.Net.Http.Json;
using System.Text.Json;
using Entourage.Bench.Load;

namespace Entourage.Bench.Servers;

/// <summary>The data for a load: an organisation with teams under a daily cap, and their agents, tasks and open sessions.</summary>
internal sealed class Scene
{
    private readonly List<Guid> teams = [];
    private readonly List<Guid> agents = [];
    private readonly List<long> sessions = [];
    private readonly List<byte[]> starts = [];

    private readonly List<string> keys = [];
    private readonly string? adminKey;

    private Scene(string? adminKey) => this.adminKey = adminKey;

    /// <summary>The teams.</summary>
    public IReadOnlyList<Guid> Teams => teams;

    /// <summary>The agents of all teams.</summary>
    public IReadOnlyList<Guid> Agents => agents;

    /// <summary>The sessions of all teams, grouped by team.</summary>
    public IReadOnlyList<long> Sessions => sessions;

    /// <summary>Creates a scene through the API.</summary>
    /// <param name="server">The server.</param>
    /// <param name="shape">The size of the scene.</param>
    /// <param name="adminKey">An admin key if the server needs keys; each agent then gets its own key.</param>
    public static async Task<Scene> CreateAsync(Uri server, Shape shape, string? adminKey = null)
    {
        var scene = new Scene(adminKey);
        using var http = scene.Open(server);
        var organisation = IdOf(await PostAsync(http, "orgs", new { name = shape.Slug, slug = shape.Slug })).GetGuid();
        for (var team = 0; team < shape.Teams; team++)
        {
            await scene.AddTeamAsync(http, organisation, $"team-{team}", shape);
        }

        return scene;
    }

    /// <summary>Creates clients that report usage for these sessions.</summary>
    public Func<int, IClient> Usages(int clients)
    {
        byte[][] requests = [.. sessions.Select(Requests.Usage)];
        if (adminKey is not null)
        {
            requests = [.. requests.Zip(keys, RawRequest.WithKey)];
        }

        return number => new RepeatingClient(requests, 200, number, clients);
    }

    /// <summary>Creates clients that start further sessions of these agents on these tasks.</summary>
    public Func<int, IClient> Starts(int clients) => number => new RepeatingClient(starts, 201, number, clients);

    /// <summary>Creates clients that check the budgets of these agents.</summary>
    public Func<int, IClient> Budgets(int clients)
    {
        byte[][] checks = [.. agents.Select(Requests.Budget)];
        return number => new RepeatingClient(checks, 200, number, clients);
    }

    /// <summary>Reads the total cost of all teams (USD).</summary>
    public async Task<decimal> ReadCostAsync(Uri server)
    {
        using var http = Open(server);
        var total = 0m;
        foreach (var team in teams)
        {
            var costs = await http.GetFromJsonAsync<JsonElement>($"teams/{team}/costs?period=all");
            total += costs.GetProperty("total_cost_usd").GetDecimal();
        }

        return total;
    }

    private async Task AddTeamAsync(HttpClient http, Guid organisation, string slug, Shape shape)
    {
        var team = IdOf(await PostAsync(http, $"orgs/{organisation}/teams", new { name = slug, slug })).GetGuid();
        teams.Add(team);
        using var capped = await http.PatchAsJsonAsync($"settings/teams/{team}", new { daily_cost_limit_usd = 1_000_000 });
        capped.EnsureSuccessStatusCode();

        var ours = new Guid[shape.AgentsPerTeam];
        for (var agent = 0; agent < ours.Length; agent++)
        {
            ours[agent] = IdOf(await PostAsync(http, $"teams/{team}/agents", new { name = $"agent-{agent}" })).GetGuid();
        }

        agents.AddRange(ours);
        var keysOfOurs = new string[adminKey is null ? 0 : ours.Length];
        for (var agent = 0; agent < keysOfOurs.Length; agent++)
        {
            var issued = await PostAsync(http, "keys", new { name = $"agent-{agent}", role = "agent", agent_id = ours[agent] });
            keysOfOurs[agent] = issued.GetProperty("key").GetString()!;
        }

        var tasks = new long[shape.TasksPerTeam];
        for (var task = 0; task < tasks.Length; task++)
        {
            tasks[task] = IdOf(await PostAsync(http, $"teams/{team}/tasks", new { title = $"task-{task}" })).GetInt64();
        }

        for (var session = 0; session < shape.SessionsPerTeam; session++)
        {
            var start = new { agent_id = ours[session % ours.Length], task_id = tasks[session % tasks.Length] };
            sessions.Add(IdOf(await PostAsync(http, "sessions/start", start)).GetInt64());
            starts.Add(RawRequest.Post("/sessions/start", JsonSerializer.Serialize(start)));
            if (adminKey is not null)
            {
                keys.Add(keysOfOurs[session % ours.Length]);
            }
        }
    }

    private HttpClient Open(Uri server)
    {
        var http = new HttpClient { BaseAddress = new(server, "api/v1/") };
        if (adminKey is not null)
        {
            http.DefaultRequestHeaders.Add("X-API-Key", adminKey);
        }

        return http;
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static JsonElement IdOf(JsonElement made) => made.GetProperty("id");
}
