using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Entourage.Bench.Pages;

/// <summary>A team with more of everything than a page shows at once, and with names that are hard to lay out.</summary>
internal sealed class Crowd
{
    private const int Agents = 60;
    private const int Tasks = 40;
    private const int Sessions = 5_000;

    // Each of these sessions exceeds its own cap, which raises an alert.
    private const int Alerts = 600;
    private const int AtOnce = 8;
    private const int BatchSize = 1_000;

    private static readonly string[] Models = ["claude-opus-4-8", "claude-sonnet-4-6", "gpt-5", "gemini-2.5-pro", "a-model-of-the-house-with-a-name-of-sixty-characters-in-total"];

    // Forty characters, unbreakable, from right to left, symbols, wide letters, markup and an ordinary name.
    private static readonly string[] Names =
    [
        "Reviewer of the platform infrastructure {0:00}", "Unbreakable_Agent_Name_Of_Forty_Letters{0:00}", "وكيل مراجعة الشيفرة {0:00}", "🚀🧪 Rocket {0:00}", "検証エージェント {0:00}",
        "<b>bold</b> & co {0:00}", "eng-{0:00}",
    ];

    private static readonly string[] Both = ["", "/morning", "/alerts", "/budgets", "/sessions", "/costs", "/settings"];
    private static readonly string[] Tags = ["q3", "budget:900000"];
    private static readonly int[] Calls = [0, 1];

    private readonly HttpClient http;
    private readonly List<string> agents = [];
    private readonly List<long> tasks = [];
    private readonly List<long> sessions = [];

    private Crowd(HttpClient http) => this.http = http;

    /// <summary>The organisation.</summary>
    public string Organisation { get; private set; } = "";

    /// <summary>The team.</summary>
    public string Team { get; private set; } = "";

    /// <summary>The pages to look at, each with a name for its picture.</summary>
    public IEnumerable<(string Name, string Path)> Pages =>
    [
        ("home", "/"), ("prices", "/prices"), ("keys", "/keys"), ("audit", "/audit"),
        .. Both.SelectMany(page => new[] { ($"organisation{page.Replace('/', '-')}", $"/orgs/{Organisation}{page}"), ($"team{page.Replace('/', '-')}", $"/teams/{Team}{page}") }),
        ("connect", $"/teams/{Team}/connect"),
        ("agent", $"/agents/{agents[0]}"), ("agent-arabic", $"/agents/{agents[2]}"), ("task", $"/tasks/{tasks[0]}"),
        ("label", $"/teams/{Team}/labels?name=q3"), ("model", $"/teams/{Team}/models?name={Models[0]}"), ("session", $"/sessions/{sessions[0]}"),
        ("sessions-searched", $"/teams/{Team}/sessions?q=rocket&sort=cost"), ("costs-by-agent", $"/teams/{Team}/costs?by=agent&compare=before"),
        ("costs-today", $"/teams/{Team}/costs?period=today&by=model"),
    ];

    /// <summary>Creates the team through the API.</summary>
    public static async Task<Crowd> CreateAsync(HttpClient http)
    {
        var crowd = new Crowd(http);
        await crowd.CreateTeamAsync();
        await crowd.WorkAsync();
        await crowd.AskAsync();
        return crowd;
    }

    private async Task CreateTeamAsync()
    {
        Organisation = Text(await PostAsync("orgs", new { name = "Gesellschaft für Agentenaufsicht mbH & Co", slug = "crowd" }), "id");
        Team = Text(await PostAsync($"orgs/{Organisation}/teams", new { name = "Plattform-Infrastruktur-Weiterentwicklung", slug = "crowd", timezone = "Europe/Berlin" }), "id");
        foreach (var number in Enumerable.Range(1, 12))
        {
            await PostAsync($"orgs/{Organisation}/teams", new { name = Name(number), slug = $"team-{number}" });
        }

        await SetAsync($"settings/teams/{Team}", new { daily_cost_limit_usd = 1_000_000m, monthly_cost_limit_usd = 1_000_000m, session_cost_limit_usd = 500m, enforcement = "observe" });
        await SetAsync($"settings/orgs/{Organisation}", new { monthly_cost_limit_usd = 1_000_000m });
        for (var number = 0; number < Agents; number++)
        {
            agents.Add(Text(await PostAsync($"teams/{Team}/agents", new { name = Name(number), model = Models[number % Models.Length] }), "id"));
        }

        for (var number = 0; number < Tasks; number++)
        {
            var task = await PostAsync($"teams/{Team}/tasks", new { title = $"{Name(number)} works on it", tags = Tags, description = "A long story." });
            tasks.Add(task.GetProperty("id").GetInt64());
        }
    }

    private async Task WorkAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        sessions.AddRange(new long[Sessions]);
        await EachAsync(Enumerable.Range(0, Sessions), async number => sessions[number] = (await PostAsync("sessions/start", new
        {
            agent_id = agents[number % Agents],
            task_id = number % 3 == 0 ? tasks[number % Tasks] : (long?)null,
            parent_session_id = number is > 0 and < 12 ? sessions[(number - 1) / 2] : (long?)null,
        })).GetProperty("id").GetInt64(), number => number < 12);
        var usages = sessions.Index().SelectMany(session => Calls.Select(call => new
        {
            session_id = session.Item,
            model = Models[(session.Index + call) % Models.Length],
            input_tokens = 2_500 + session.Index,
            output_tokens = 800,
            cost_usd = session.Index < 2 ? 640_000.25m : session.Index < Alerts ? 260m : 0.5m + (session.Index % 70),
            occurred_at = now.AddHours(-session.Index / (Sessions / 600.0)),
        }));
        await EachAsync(usages.Chunk(BatchSize), items => PostAsync("sessions/usage/batch", new { items }));
        await EachAsync(sessions.Skip(Alerts).Where((_, index) => index % 4 != 0), session => PostAsync($"sessions/{session}/end", new { }));
    }

    private async Task AskAsync()
    {
        foreach (var (index, agent) in agents.Take(30).Index())
        {
            var kind = index % 2 == 0 ? "question" : "budget_increase";
            await PostAsync("human-requests", new { agent_id = agent, kind, question = $"May {Name(index)} go on? {new string('x', index * 6)}", requested_usd = kind == "question" ? (decimal?)null : 5m });
            await PostAsync("keys", new { name = Name(index), role = "agent", agent_id = agent });
        }
    }

    // One after the other as long as later items need earlier ones.
    private static async Task EachAsync<T>(IEnumerable<T> items, Func<T, Task> doAsync, Func<T, bool>? isFirst = null)
    {
        T[] all = [.. items];
        foreach (var item in all.Where(item => isFirst?.Invoke(item) == true))
        {
            await doAsync(item);
        }

        await Parallel.ForEachAsync(
            all.Where(item => isFirst?.Invoke(item) != true), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (item, _) => await doAsync(item));
    }

    private static string Name(int number) => string.Format(CultureInfo.InvariantCulture, Names[number % Names.Length], number);

    private static string Text(JsonElement answer, string member) => answer.GetProperty(member).GetString()!;

    private async Task SetAsync(string path, object body)
    {
        using var response = await http.PatchAsJsonAsync(path, body);
        await ReadAsync(path, response);
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        return await ReadAsync(path, response);
    }

    private static async Task<JsonElement> ReadAsync(string path, HttpResponseMessage response) => response.IsSuccessStatusCode
        ? await response.Content.ReadFromJsonAsync<JsonElement>()
        : throw new InvalidOperationException($"{path} answered {await response.Content.ReadAsStringAsync()}");
}
