using System.Globalization;
using System.Text;
using Entourage.Testing;
using Microsoft.Data.Sqlite;

namespace Entourage.Api.Tests.BadInput;

/// <summary>A server with one resource of each kind, for bad requests to name.</summary>
internal sealed class BadInputWorld : IAsyncDisposable
{
    private readonly ApiHost host;
    private readonly HttpClient client;
    private readonly SqliteConnection store;
    private readonly Dictionary<string, string> names = [];
    private string? version;
    private IReadOnlyList<string> rows = [];

    private BadInputWorld(ApiHost host)
    {
        this.host = host;

        // By default, a client refuses to send non-ASCII text in a header.
        var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        client = new HttpClient(host.CheckConformance(handler)) { BaseAddress = host.Api.Http.BaseAddress };
        Api = new ApiClient(client);
        store = new SqliteConnection(new SqliteConnectionStringBuilder(host.Database.ConnectionString) { Mode = SqliteOpenMode.ReadOnly }.ToString());
    }

    public Testing.ApiClient Api { get; }

    public DateTimeOffset Now => host.Clock.GetUtcNow();

    public static async Task<BadInputWorld> CreateAsync()
    {
        var world = new BadInputWorld(await ApiHost.StartAsync(Store.Sqlite));
        await world.store.OpenAsync();
        await world.FillAsync();
        _ = await world.ReadChangesAsync();
        return world;
    }

    public string Replace(string text)
    {
        foreach (var (name, value) in names)
        {
            text = text.Replace($"<{name}>", value, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>The rows that were added (+) and removed (-) since the last call, or since the store was filled.</summary>
    public async Task<IReadOnlyList<string>> ReadChangesAsync()
    {
        // Reading all tables is expensive. SQLite changes this number whenever another connection commits, so the same number means the same rows.
        var current = (await store.ReadRowsAsync("PRAGMA data_version")).Single();
        if (current == version)
        {
            return [];
        }

        var before = rows;
        (version, rows) = (current, await ReadTablesAsync());
        return [.. rows.Except(before).Select(row => $"+ {row}"), .. before.Except(rows).Select(row => $"- {row}")];
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await store.DisposeAsync();
        await host.DisposeAsync();
    }

    private async Task<IReadOnlyList<string>> ReadTablesAsync()
    {
        List<string> all = [];
        foreach (var table in await store.ReadTablesAsync())
        {
            all.AddRange((await store.ReadRowsAsync($"SELECT * FROM \"{table}\"")).Select(row => $"{table}: {row}"));
        }

        return all;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task FillAsync()
    {
        var team = await Api.CreateTeamAsync();
        var other = await Api.CreateTeamAsync();
        (names["org"], names["team"], names["agent"]) = (team.Organisation, team.Id, team.Agent);
        names["slug"] = (await Api.GetAsync($"/teams/{team.Id}")).Ok.Text("slug")!;
        names["reviewer"] = await Api.CreateAgentAsync(team.Id, "eng-2");
        (names["foreign-agent"], names["foreign-task"]) = (other.Agent, Text(await other.CreateTaskAsync()));
        names["nobody"] = "00000000-0000-7000-8000-000000000000";
        await team.ConfigureAsync(new { weekly_cost_limit_usd = 900_000m });

        await FillTasksAsync(team);
        await FillSessionsAsync(team);
        await FillRequestsAsync(team);

        await Api.PostAsync("/orgs", new { name = "Keyed", slug = "keyed" }, "used");
        await Api.PostAsync($"/orgs/{team.Organisation}/teams", new { name = "Keyed", slug = "keyed" }, "used");
        await Api.PostAsync($"/teams/{team.Id}/agents", new { name = "Keyed" }, "used");
        await Api.PostAsync($"/teams/{team.Id}/tasks", new { title = "Keyed" }, "used");
        await Api.PostAsync("/sessions/start", new { agent_id = team.Agent }, "used");
        await Api.PostAsync($"/sessions/{names["session"]}/reservations", new { estimated_cost_usd = 0.5m }, "used");
        await Api.PostAsync($"/reservations/{names["reservation"]}/extend", new { ttl_seconds = 3_600 }, "used");
        await team.UseAsync(long.Parse(names["session"], CultureInfo.InvariantCulture), 0.01m, idempotencyKey: "used");

        // Created last, so that no later event causes a delivery.
        names["webhook"] = (await Api.PostAsync(
            $"/teams/{team.Id}/webhooks", new { url = "https://hooks.example.com/x", events = new[] { "stop" } }, "used")).Created.Text("id")!;
    }

    private async Task FillRequestsAsync(TestTeam team)
    {
        names["request"] = await AskAsync(new { agent_id = team.Agent, kind = "budget_increase", question = "More?", requested_usd = 1m }, "used");
        names["vague-request"] = await AskAsync(new { agent_id = names["broke-agent"], kind = "budget_increase", question = "More?" });
        names["broke-request"] = await AskAsync(new { agent_id = names["broke-agent"], kind = "budget_increase", question = "More?" });
        names["question"] = await AskAsync(new { agent_id = team.Agent, kind = "question", question = "Why?" });
        names["answered"] = await AskAsync(new { agent_id = team.Agent, kind = "question", question = "Why?" });
        _ = (await Api.PostAsync($"/human-requests/{names["answered"]}/respond", new { decision = "denied", response = "No." }, "used")).Ok;

        async Task<string> AskAsync(object body, string? key = null) => (await Api.PostAsync("/human-requests", body, key)).Created.Text("id")!;
    }

    private async Task FillTasksAsync(TestTeam team)
    {
        names["task"] = names["todo"] = Text(await team.CreateTaskAsync());
        string[] way = ["in_progress", "in_review", "done"];
        for (var steps = 1; steps <= way.Length; steps++)
        {
            var task = await team.CreateTaskAsync();
            foreach (var step in way[..steps])
            {
                _ = (await Api.PostAsync($"/tasks/{task}/status", new { status = step })).Ok;
            }

            names[way[steps - 1]] = Text(task);
        }

        var cancelled = await team.CreateTaskAsync();
        _ = (await Api.PostAsync($"/tasks/{cancelled}/status", new { status = "cancelled" })).Ok;
        names["cancelled"] = Text(cancelled);

        // Each depends on the one before it.
        var last = await team.CreateTaskAsync();
        names["first"] = Text(last);
        for (var link = 0; link < 20; link++)
        {
            last = await team.CreateTaskAsync(new { title = "A link", depends_on = new[] { last } });
            names.TryAdd("second", Text(last));
        }

        names["last"] = Text(last);
        names["blocked"] = Text(await team.CreateTaskAsync(new
        {
            title = "Blocked",
            depends_on = new[] { names["todo"], names["done"], names["cancelled"] }.Select(id => long.Parse(id, CultureInfo.InvariantCulture)),
        }));
        names["broke"] = Text(await team.CreateTaskAsync(new { title = "No money", tags = new[] { "budget:0" } }));
    }

    private async Task FillSessionsAsync(TestTeam team)
    {
        var session = await team.StartAsync();
        (names["session"], names["reservation"]) = (Text(session), await team.CreateReservationAsync(session, 1m, 3_600));
        names["other-reservation"] = await team.CreateReservationAsync(await team.StartAsync(), 1m, 3_600);
        var labels = Enumerable.Range(1, 9).ToDictionary(number => $"key{number}", _ => "x");
        names["labelled"] = Text((await Api.PostAsync("/sessions/start", new { agent_id = team.Agent, labels })).Created.Number("id")!.Value);
        var ended = await team.StartAsync();
        names["released"] = await team.CreateReservationAsync(ended, 1m);
        _ = (await Api.PostAsync($"/sessions/{ended}/end", null)).Ok;
        names["ended"] = Text(ended);

        long? parent = null;
        for (var depth = 0; depth < 16; depth++)
        {
            parent = await team.StartAsync(parent: parent);
        }

        names["deepest"] = Text(parent!.Value);

        var broke = await Api.CreateTeamAsync("America/New_York");
        await broke.ConfigureAsync(new { daily_cost_limit_usd = 1.5m });
        var brokeSession = await broke.StartAsync();
        await broke.UseAsync(brokeSession, 2.000000001m);
        names["broke-session"] = Text(brokeSession);
        (names["broke-agent"], names["broke-team"]) = (broke.Agent, broke.Id);
    }
}
