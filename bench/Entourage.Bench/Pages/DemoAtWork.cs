using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Entourage.Bench.Pages;

/// <summary>A demo team at work: the demo's history, plus agents that report while the pictures are taken.</summary>
internal sealed class DemoAtWork
{
    private const decimal OrganisationCap = 25;

    // The spending (USD) expected before the first picture, and the share of the daily cap that is used by then.
    private const double ExpectedSpending = 0.5;
    private const double ShareOfCap = 0.82;
    private const int BusiestHour = 16;

    // A fixed seed, so that the pictures of a day are reproducible.
    private readonly Random random = new(7);
    private readonly HttpClient http;
    private readonly JsonElement team;
    private readonly List<long> sessions = [];

    private DemoAtWork(HttpClient http, JsonElement team) => (this.http, this.team) = (http, team);

    /// <summary>The organisation of the demo.</summary>
    public string Organisation => team.GetProperty("org_id").GetString()!;

    /// <summary>The team, chosen because its local time is closest to the afternoon.</summary>
    public string Team => team.GetProperty("id").GetString()!;

    /// <summary>The active session with the highest cost.</summary>
    public long Session => sessions[0];

    /// <summary>The first day of the demo.</summary>
    public string FirstDay { get; } = TimeProvider.System.GetUtcNow().AddDays(-14).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private IEnumerable<string> Agents => team.GetProperty("agents").EnumerateArray().Select(agent => agent.GetProperty("id").GetString()!);

    /// <summary>Starts work for the demo's agents, and creates alerts and requests to show.</summary>
    public static async Task<DemoAtWork> BeginAsync(HttpClient http)
    {
        var organisation = (await GetAsync(http, "orgs"))[0].GetProperty("id").GetString();
        var teams = (await GetAsync(http, $"orgs/{organisation}/teams")).EnumerateArray().OrderBy(HoursFromAfternoon);
        var demo = new DemoAtWork(http, await GetAsync(http, $"teams/{teams.First().GetProperty("id").GetString()}"));
        await demo.WorkAsync();
        await demo.CreateRequestsAsync();
        return demo;
    }

    /// <summary>Reports a few calls of each session over time.</summary>
    public async Task ReportAsync(int calls)
    {
        for (var call = 0; call < calls; call++)
        {
            foreach (var session in sessions)
            {
                await UseAsync(session);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(60, 200)), TimeProvider.System, CancellationToken.None);
            }
        }
    }

    private async Task WorkAsync()
    {
        var spent = (await GetAsync(http, $"teams/{Team}/costs?period=today")).GetProperty("total_cost_usd").GetDouble();
        await CapAsync($"settings/teams/{Team}", (decimal)Math.Ceiling((spent + ExpectedSpending) / ShareOfCap));
        await CapAsync($"settings/orgs/{Organisation}", OrganisationCap);

        // Agents with an active session continue, and the others start one.
        var tasks = (await GetAsync(http, $"teams/{Team}/tasks?status=in_progress")).EnumerateArray()
            .Where(HasMoneyLeft).Select(task => task.GetProperty("id").GetInt64()).ToArray();
        var started = new List<(long Id, double Usd)>();
        foreach (var (index, agent) in Agents.Index())
        {
            var active = (await GetAsync(http, $"agents/{agent}/sessions?status=active")).EnumerateArray().ToArray();
            started.AddRange(active.Select(session => (session.GetProperty("id").GetInt64(), session.GetProperty("cost_usd").GetDouble())));
            if (active.Length == 0)
            {
                var session = await PostAsync("sessions/start", new { agent_id = agent, task_id = tasks.Length > 0 ? tasks[index % tasks.Length] : (long?)null });
                started.Add((session.GetProperty("id").GetInt64(), 0));
            }
        }

        sessions.AddRange(started.OrderByDescending(session => session.Usd).Select(session => session.Id));

        // Alerts of earlier days count as acknowledged.
        var midnight = TimeProvider.System.GetUtcNow().AddHours(-BusiestHour);
        foreach (var alert in (await GetAsync(http, $"teams/{Team}/alerts?status=open&limit=200")).EnumerateArray())
        {
            if (alert.GetProperty("created_at").GetDateTimeOffset() < midnight)
            {
                await PostAsync($"alerts/{alert.GetProperty("id").GetString()}/acknowledge", new { });
            }
        }

        await ReportAsync(3);
    }

    // A session cannot start on a task whose budget is used up, and which tasks these are depends on the day of the demo.
    private static bool HasMoneyLeft(JsonElement task) =>
        task.GetProperty("remaining_usd") is not { ValueKind: JsonValueKind.Number } left || left.GetDouble() > ExpectedSpending;

    private async Task CreateRequestsAsync()
    {
        var agents = Agents.ToArray();
        await PostAsync("human-requests", new
        {
            agent_id = agents[1],
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

    private Task<JsonElement> UseAsync(long session) => PostAsync($"sessions/{session}/usage", new
    {
        input_tokens = random.Next(200, 3_000),
        output_tokens = random.Next(100, 2_000),
        cache_read_tokens = random.Next(5_000, 40_000),
        error = random.Next(25) == 0 ? "Overloaded: try again later." : null,
    });

    private async Task CapAsync(string settings, decimal usd)
    {
        using var response = await http.PatchAsJsonAsync(settings, new { daily_cost_limit_usd = usd });
        response.EnsureSuccessStatusCode();
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        return response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync<JsonElement>()
            : throw new InvalidOperationException($"{path} answered {await response.Content.ReadAsStringAsync()}");
    }

    private static Task<JsonElement> GetAsync(HttpClient http, string path) => http.GetFromJsonAsync<JsonElement>(path);

    private static double HoursFromAfternoon(JsonElement team)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(team.GetProperty("timezone").GetString()!);
        return Math.Abs(TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), zone).TimeOfDay.TotalHours - BusiestHour);
    }
}
