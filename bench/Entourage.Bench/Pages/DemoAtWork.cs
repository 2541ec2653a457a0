using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Entourage.Bench.Pages;

/// <summary>A team of the demo, put to work: what the demo has of the past, and agents that report while somebody looks.</summary>
internal sealed class DemoAtWork
{
    private const double ShareOfCap = 0.78;
    private const int BusiestHour = 16;

    // The same pictures of the same day.
    private readonly Random random = new(7);
    private readonly HttpClient http;
    private readonly JsonElement team;
    private readonly List<long> sessions = [];

    private DemoAtWork(HttpClient http, JsonElement team) => (this.http, this.team) = (http, team);

    /// <summary>The organisation of the demo.</summary>
    public string Organisation => team.GetProperty("org_id").GetString()!;

    /// <summary>The team: of all of them, the one where it is nearest to the afternoon.</summary>
    public string Team => team.GetProperty("id").GetString()!;

    /// <summary>A session that is running, with a dozen calls.</summary>
    public long Session => sessions[0];

    /// <summary>Gives agents of the demo something to do, and people something to look at.</summary>
    public static async Task<DemoAtWork> BeginAsync(HttpClient http)
    {
        var organisation = (await GetAsync(http, "orgs"))[0].GetProperty("id").GetString();
        var teams = (await GetAsync(http, $"orgs/{organisation}/teams")).EnumerateArray().OrderBy(FromAfternoon);
        var demo = new DemoAtWork(http, await GetAsync(http, $"teams/{teams.First().GetProperty("id").GetString()}"));
        await demo.WorkAsync();
        await demo.AskAsync();
        return demo;
    }

    /// <summary>Reports a few calls of each session, as time passes.</summary>
    public async Task ReportAsync(int calls)
    {
        for (var call = 0; call < calls; call++)
        {
            foreach (var session in sessions)
            {
                await UseAsync(session, TimeProvider.System.GetUtcNow());
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(60, 200)), TimeProvider.System, CancellationToken.None);
            }
        }
    }

    private async Task WorkAsync()
    {
        var tasks = (await GetAsync(http, $"teams/{Team}/tasks?status=in_progress")).EnumerateArray().Select(task => task.GetProperty("id").GetInt64()).ToArray();
        var agents = team.GetProperty("agents").EnumerateArray().Select(agent => agent.GetProperty("id").GetString()).ToArray();

        // What is left of the cap is little; how much that is depends on the hour.
        await CapAsync(1_000_000m);
        for (var agent = 0; agent < agents.Length; agent++)
        {
            sessions.Add((await PostAsync("sessions/start", new { agent_id = agents[agent], task_id = tasks[agent % tasks.Length] })).GetProperty("id").GetInt64());
        }

        var now = TimeProvider.System.GetUtcNow();
        foreach (var session in sessions)
        {
            for (var minute = 24; minute > 0; minute -= 2)
            {
                await UseAsync(session, now.AddMinutes(-minute));
            }
        }

        var spent = (await GetAsync(http, $"teams/{Team}/costs?period=today")).GetProperty("total_cost_usd").GetDouble();
        await CapAsync((decimal)Math.Ceiling(spent / ShareOfCap));
        await ReportAsync(2);
    }

    private async Task AskAsync()
    {
        var agents = team.GetProperty("agents").EnumerateArray().Select(agent => agent.GetProperty("id").GetString()!).ToArray();
        await PostAsync("human-requests", new
        {
            agent_id = agents[1],
            session_id = sessions[1],
            kind = "budget_increase",
            question = "The import works for small files. Large ones need a second pass: may I go on?",
            requested_usd = 5m,
        });
        var question = (await PostAsync("human-requests", new { agent_id = agents[0], kind = "question", question = "Should old links answer 404 or lead to the new page?" }))
            .GetProperty("id").GetString();
        await PostAsync($"human-requests/{question}/respond", new { decision = "approved", response = "Lead to the new page." });
        await PostAsync($"agents/{agents[2]}/pause", new { reason = "Wrong branch" });
        await PostAsync($"agents/{agents[2]}/resume", new { reason = "Put right" });
        foreach (var (name, role, agent) in new[] { ("ci-runner", "agent", agents[1]), ("laptop of hana", "lead", null) })
        {
            await PostAsync("keys", new { name, role, agent_id = agent, team_id = agent is null ? Team : null });
        }
    }

    private Task<JsonElement> UseAsync(long session, DateTimeOffset at) => PostAsync($"sessions/{session}/usage", new
    {
        input_tokens = random.Next(200, 3_000),
        output_tokens = random.Next(100, 2_000),
        cache_read_tokens = random.Next(5_000, 40_000),
        occurred_at = at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        error = random.Next(12) == 0 ? "Overloaded: try again later." : null,
    });

    private async Task CapAsync(decimal usd)
    {
        using var response = await http.PatchAsJsonAsync($"settings/teams/{Team}", new { daily_cost_limit_usd = usd });
        response.EnsureSuccessStatusCode();
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync<JsonElement>()
            : throw new InvalidOperationException($"{path} was answered {await response.Content.ReadAsStringAsync()}");
    }

    private static Task<JsonElement> GetAsync(HttpClient http, string path) => http.GetFromJsonAsync<JsonElement>(path);

    private static double FromAfternoon(JsonElement team)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(team.GetProperty("timezone").GetString()!);
        return Math.Abs(TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), zone).TimeOfDay.TotalHours - BusiestHour);
    }
}
