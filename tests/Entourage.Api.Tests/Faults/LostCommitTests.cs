using System.Net;
using Entourage.Testing;
using Entourage.Testing.Tds;
using Microsoft.Data.SqlClient;

namespace Entourage.Api.Tests.Faults;

/// <summary>
/// Commands over a connection to SQL Server that fails at the commit, before, during or after it, at random, and sometimes stays away (rule 13): no
/// answer says that nothing was recorded if it was, and nothing is recorded twice.
/// </summary>
internal sealed class LostCommitTests
{
    private const int Patience = 5;

    private static readonly Command[] Commands =
    [
        new("task", "Tasks", "Title", name => new("/teams/{team}/tasks", new { title = name })),
        new("dependent task", "Tasks", "Title", name => new("/teams/{team}/tasks", new { title = name, depends_on = new[] { 1 } })),
        new("usage", "UsageRecords", "Error", name => new("/sessions/{session}/usage", new { input_tokens = 1, output_tokens = 1, cost_usd = 0.01m, error = name })),
        new("session", "Sessions", "Model", name => new("/sessions/start", new { agent_id = "{agent}", model = name })),
        new("agent", "Agents", "Name", name => new("/teams/{team}/agents", new { name })),
        new("team", "Teams", "Slug", name => new("/orgs/{organisation}/teams", new { name, slug = name })),
        new("organisation", "Organisations", "Slug", name => new("/orgs", new { name, slug = name })),
        new("human request", "HumanRequests", "Question", name => new("/human-requests", new { agent_id = "{agent}", kind = "question", question = name })),
        new("webhook", "Webhooks", "Url", name => new("/teams/{team}/webhooks", new { url = $"https://{name}.example/", events = new[] { "usage" } }), name => $"https://{name}.example/"),
        new("key", "ApiKeys", "Name", name => new("/keys", new { name, role = "admin" }), TakesKey: false),
        new("settings", "AuditEntries", "NewValue", name => new("/settings/teams/{team}", new { session_cost_limit_usd = 0 }, IsPatch: true), TakesKey: false),
        new("task change", "AuditEntries", "NewValue", name => new("/tasks/1", new { tags = new[] { "budget:0" } }, IsPatch: true), TakesKey: false),
    ];

    private TestDatabase database = null!;
    private TdsProxy proxy = null!;
    private ApiHost host = null!;
    private TestTeam team = null!;
    private long session;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        database = await TestDatabase.CreateAsync(Store.SqlServer);
        proxy = new(database.ConnectionString);
        host = ApiHost.StartOn(database, new Dictionary<string, string>
        {
            ["ConnectionStrings:Entourage"] = proxy.ConnectionString,
            ["Database:CommandTimeoutSeconds"] = $"{Patience}",
        });
        team = await host.Api.CreateTeamAsync();
        await team.CreateTaskAsync();
        session = await team.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }

        SqlConnection.ClearAllPools();
        await (proxy?.DisposeAsync() ?? default);
        await (database?.DisposeAsync() ?? default);
    }

    [Test]
    public async Task No_command_is_doubled_or_wrongly_said_to_be_unrecorded()
    {
        var random = new Random(1);
        var rounds = Depth.Of(30, 200);
        var unresolved = 0;
        for (var round = 0; round < rounds; round++)
        {
            unresolved += await RunAsync(Commands[round % Commands.Length], round, random) ? 0 : 1;
        }

        // The server stays away in a fifth of the rounds. A busy machine may take too long in some others.
        Assert.That(unresolved, Is.LessThan(rounds / 2), "The server finds out what happened to most commits.");
    }

    /// <summary>Runs a command whose commit fails.</summary>
    /// <returns>Whether the answer says what happened.</returns>
    private async Task<bool> RunAsync(Command command, int round, Random random)
    {
        // Five-digit numbers for settings and caps, whose audit entry then has them.
        var name = $"n{10_000 + round}";
        var action = random.Next(4) switch { 0 => TdsAction.CutBefore, 1 => TdsAction.CutDuring, _ => TdsAction.DropAnswer };
        var staysAway = random.Next(5) == 0;
        var key = command.TakesKey && random.Next(2) == 0 ? name : null;
        var (marked, faults) = (false, 1);
        proxy.Decide = request =>
        {
            if (proxy.RefusesConnections)
            {
                // The connections of the pool are lost, too.
                return TdsAction.CutBefore;
            }

            // Only transactions of commands and jobs have markers; none of these jobs writes now.
            marked |= request.Contains("CommitMarkers");
            if (!marked || !TdsProxy.Commits(request) || Interlocked.Decrement(ref faults) < 0)
            {
                return TdsAction.Pass;
            }

            proxy.RefusesConnections = staysAway;
            return action;
        };

        var answer = await SendAsync(command, name, round, key);
        TestContext.Out.WriteLine($"{round}: {command.Name}, {action}, {(staysAway ? "stays away" : "returns")}, {(key is null ? "no key" : "key")}: {answer.Status}");
        var described = $"{round}: {command.Name}, {action}, {(staysAway ? "stays away" : "returns")}, key {key ?? "none"}: {answer.Status} {answer.Text}";
        Assert.That(faults, Is.LessThanOrEqualTo(0), $"{described}: no commit was seen");
        proxy.RefusesConnections = false;
        var count = await CountAsync(command, name, round);
        switch (answer.Status)
        {
            case HttpStatusCode.OK or HttpStatusCode.Created:
                Assert.That(count, Is.EqualTo(1), described);
                break;
            case HttpStatusCode.ServiceUnavailable when answer.Json.Text("type") == "/problems/store-unavailable":
                Assert.That(count, Is.Zero, described);
                break;
            default:
                Assert.That(answer.Json.Text("type"), Is.EqualTo("/problems/outcome-unknown"), described);
                Assert.That(count, Is.LessThanOrEqualTo(1), described);
                break;
        }

        if (key is not null)
        {
            Assert.That((await SendAsync(command, name, round, key)).Status, Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.Created), $"{described}: the retry");
            Assert.That(await CountAsync(command, name, round), Is.EqualTo(1), $"{described}: after the retry");
        }

        return answer.Status != HttpStatusCode.ServiceUnavailable;
    }

    private Task<Answer> SendAsync(Command command, string name, int round, string? key)
    {
        var request = command.Request(name);
        var body = System.Text.Json.JsonSerializer.Serialize(request.Body)
            .Replace("\"{agent}\"", $"\"{team.Agent}\"", StringComparison.Ordinal)
            .Replace(":0}", $":{10_000 + round}}}", StringComparison.Ordinal)
            .Replace("budget:0", $"budget:{10_000 + round}", StringComparison.Ordinal);
        var path = request.Path.Replace("{team}", team.Id, StringComparison.Ordinal)
            .Replace("{organisation}", team.Organisation, StringComparison.Ordinal)
            .Replace("{session}", $"{session}", StringComparison.Ordinal);
        return request.IsPatch ? host.Api.PatchAsync(path, body) : host.Api.PostAsync(path, body, key);
    }

    /// <summary>Counts the rows of a command, not through the proxy. A commit that is still on its way is waited for.</summary>
    private async Task<int> CountAsync(Command command, string name, int round)
    {
        var isAudited = command.Table == "AuditEntries";
        await using var connection = new SqlConnection(database.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Constants of this class.
        await using var counting = new SqlCommand($"SELECT COUNT(*) FROM {command.Table} WHERE {command.Column} {(isAudited ? "LIKE" : "=")} @value", connection);
#pragma warning restore CA2100
        counting.Parameters.AddWithValue("@value", isAudited ? $"%:{10_000 + round}%" : command.Value?.Invoke(name) ?? name);
        return (int)(await counting.ExecuteScalarAsync())!;
    }

    private sealed record Request(string Path, object Body, bool IsPatch = false);

    /// <summary>A kind of command and the row that it adds.</summary>
    /// <param name="Name">The kind.</param>
    /// <param name="Table">The table of the row.</param>
    /// <param name="Column">The column that contains a text of the request.</param>
    /// <param name="Request">Builds a request with a unique text.</param>
    /// <param name="Value">The value of the column; null for the text itself.</param>
    /// <param name="TakesKey">Whether it accepts an idempotency key.</param>
    private sealed record Command(
        string Name, string Table, string Column, Func<string, Request> Request, Func<string, string>? Value = null, bool TakesKey = true);
}
