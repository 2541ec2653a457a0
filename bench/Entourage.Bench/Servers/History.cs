using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Entourage.Bench.Load;

namespace Entourage.Bench.Servers;

/// <summary>A team with four weeks of sessions with many usages each, reported through the API as agents do it.</summary>
internal sealed class History
{
    /// <summary>The number of usages per session.</summary>
    public const int UsagesPerSession = 100;

    private const int Agents = 40;
    private const int Tasks = 500;
    private const int Customers = 50;
    private const int Users = 200;
    private const int Connections = 8;

    // Usage may be at most 30 days old.
    private static readonly TimeSpan Past = TimeSpan.FromDays(28);
    private static readonly string[] Models = ["claude-opus-4-8", "claude-sonnet-4-6", "gpt-5", "gemini-2.5-pro"];

    private readonly Guid team;
    private readonly List<Guid> agents = [];
    private readonly List<long> tasks = [];
    private readonly DateTimeOffset now = TimeProvider.System.GetUtcNow();

    private History(Guid team) => this.team = team;

    /// <summary>The path of the team's cost report.</summary>
    public string CostsPath => $"/teams/{team}/costs";

    /// <summary>The path of the team's costs by customer.</summary>
    public string LabelCostsPath => $"{CostsPath}/labels?key=customer";

    /// <summary>The path of the team's cost report for one customer, who has 2 % of the sessions.</summary>
    public string FilteredCostsPath => $"{CostsPath}?label=customer%3Dcustomer-7";

    /// <summary>The number of sessions.</summary>
    public int Sessions { get; private set; }

    /// <summary>Creates the team, without sessions.</summary>
    public static async Task<History> CreateAsync(Uri server)
    {
        using var http = new HttpClient { BaseAddress = new(server, "api/v1/") };
        var organisation = (await PostAsync(http, "orgs", new { name = "History", slug = "history" })).GetGuid();
        var history = new History((await PostAsync(http, $"orgs/{organisation}/teams", new { name = "History", slug = "history" })).GetGuid());
        for (var agent = 0; agent < Agents; agent++)
        {
            history.agents.Add((await PostAsync(http, $"teams/{history.team}/agents", new { name = $"agent-{agent}" })).GetGuid());
        }

        for (var task = 0; task < Tasks; task++)
        {
            history.tasks.Add((await PostAsync(http, $"teams/{history.team}/tasks", new { title = $"task-{task}" })).GetInt64());
        }

        return history;
    }

    /// <summary>Adds sessions with usages until there are a given number.</summary>
    /// <param name="address">The server's current address.</param>
    /// <param name="count">The total number of sessions to reach.</param>
    public async Task GrowAsync(Uri address, int count)
    {
        // As many sessions at once as one batch of usages covers.
        const int SessionsPerBatch = Requests.BatchSize / UsagesPerSession;
        var next = Sessions;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            using var connection = await HttpConnection.OpenAsync(address);
            for (var first = Interlocked.Add(ref next, SessionsPerBatch) - SessionsPerBatch; first < count; first = Interlocked.Add(ref next, SessionsPerBatch) - SessionsPerBatch)
            {
                var ids = new long[SessionsPerBatch];
                for (var i = 0; i < SessionsPerBatch; i++)
                {
                    ids[i] = await StartAsync(connection, first + i);
                }

                await connection.SendAsync(Usages(ids, (double)first / count), 200);
            }
        }));
        Sessions = count;
    }

    private async Task<long> StartAsync(HttpConnection connection, int number)
    {
        // Each session has a pull request of its own, so that each has its own set of labels.
        var labels = $"{{\"customer\":\"customer-{number % Customers}\",\"user\":\"user-{number % Users}\",\"pr\":\"{number}\"}}";
        var body = $"{{\"agent_id\":\"{agents[number % Agents]}\",\"task_id\":{tasks[number % Tasks]},\"model\":\"{Models[number % Models.Length]}\",\"labels\":{labels}}}";
        var answer = await connection.SendAsync(RawRequest.Post("/sessions/start", body), 201);
        var reader = new Utf8JsonReader(answer.Span);
        return JsonElement.ParseValue(ref reader).GetProperty("id").GetInt64();
    }

    /// <summary>Builds the usages of some sessions, spread over half an hour each.</summary>
    private byte[] Usages(long[] ids, double partOfPast)
    {
        var items = new StringBuilder();
        var begins = now - Past + (partOfPast * Past);
        for (var usage = 0; usage < UsagesPerSession; usage++)
        {
            foreach (var id in ids)
            {
                var at = begins + TimeSpan.FromSeconds(18 * usage);
                items.Append(items.Length == 0 ? "" : ",").Append(
                    CultureInfo.InvariantCulture,
                    $"{{\"session_id\":{id},\"input_tokens\":2500,\"output_tokens\":800,\"cost_usd\":{Requests.Cost},\"occurred_at\":\"{at:yyyy-MM-ddTHH:mm:ssZ}\"}}");
            }
        }

        return RawRequest.Post("/sessions/usage/batch", $"{{\"items\":[{items}]}}");
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id");
    }
}
