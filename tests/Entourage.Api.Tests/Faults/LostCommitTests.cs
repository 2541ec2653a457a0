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
    private const string Recorded = "UsageRecords WHERE Error = @name";
    private const string Audited = "AuditEntries WHERE NewValue LIKE '%' + @name + '%'";
    private const string AuditedNumber = "AuditEntries WHERE NewValue LIKE '%:' + CAST(@number AS varchar(9)) + '%'";
    private const string Usage = """{"input_tokens":1,"output_tokens":1,"cost_usd":0.01,"error":"{name}"}""";
    private const string Commitment = """{"input_tokens":1,"output_tokens":1,"cost_usd":0.01,"error":"{name}","reservation_id":"{subject}"}""";

    private static readonly Command[] Commands =
    [
        new("task", "/teams/{team}/tasks", """{"title":"{name}"}""", "Tasks WHERE Title = @name"),
        new("usage", "/sessions/{session}/usage", Usage, Recorded),
        new("dependent task", "/teams/{team}/tasks", """{"title":"{name}","depends_on":[1]}""", "Tasks WHERE Title = @name"),
        new("reservation", "/sessions/{session}/reservations", """{"estimated_cost_usd":0.0{number}}""", "Reservations WHERE Amount = @number * 1000"),
        new("session", "/sessions/start", """{"agent_id":"{agent}","model":"{name}"}""", "Sessions WHERE Model = @name"),
        new("committed reservation", "/sessions/{session}/usage", Commitment, $"{Recorded} AND EXISTS (SELECT 1 FROM Reservations WHERE Id = @subject AND Status = 2)") { Prepare = ReserveAsync },
        new("agent", "/teams/{team}/agents", """{"name":"{name}"}""", "Agents WHERE Name = @name"),
        new("batch", "/sessions/usage/batch", """{"items":[{"session_id":{session},"input_tokens":1,"output_tokens":1,"cost_usd":0.01,"error":"other"},{"session_id":{session},"input_tokens":1,"output_tokens":1,"cost_usd":0.01,"error":"{name}"}]}""", Recorded),
        new("team", "/orgs/{organisation}/teams", """{"name":"{name}","slug":"{name}"}""", "Teams WHERE Slug = @name"),
        new("extension", "/reservations/{subject}/extend", """{"ttl_seconds":3600}""", "Reservations WHERE Id = @subject AND DATEDIFF(second, CreatedAt, ExpiresAt) > 1000") { Prepare = ReserveAsync },
        new("organisation", "/orgs", """{"name":"{name}","slug":"{name}"}""", "Organisations WHERE Slug = @name"),
        new("release", "/reservations/{subject}", null, "Reservations WHERE Id = @subject AND Status = 3") { Method = HttpMethod.Delete, TakesKey = false, Prepare = ReserveAsync },
        new("human request", "/human-requests", """{"agent_id":"{agent}","kind":"question","question":"{name}"}""", "HumanRequests WHERE Question = @name"),
        new("end", "/sessions/{subject}/end", """{"error":"{name}"}""", "Sessions WHERE Id = @subject AND Error = @name") { TakesKey = false, Prepare = StartAsync },
        new("answer", "/human-requests/{subject}/respond", """{"decision":"approved","response":"{name}"}""", "HumanRequests WHERE Response = @name") { Prepare = AskAsync },
        new("kill", "/sessions/{subject}/kill", """{"reason":"{name}"}""", Audited) { TakesKey = false, Prepare = StartAsync },
        new("webhook", "/teams/{team}/webhooks", """{"url":"https://{name}.example/","events":["alert"]}""", "Webhooks WHERE Url = 'https://' + @name + '.example/'"),
        new("pause", "/agents/{sleeper}/pause", """{"reason":"{name}"}""", Audited) { TakesKey = false },
        new("archive", "/agents/{subject}/archive", null, "Agents WHERE Id = @subject AND ArchivedAt IS NOT NULL") { TakesKey = false, Prepare = CreateAgentAsync },
        new("key", "/keys", """{"name":"{name}","role":"admin"}""", "ApiKeys WHERE Name = @name") { TakesKey = false },
        new("resumption", "/agents/{sleeper}/resume", """{"reason":"{name}"}""", Audited) { TakesKey = false, Prepare = PauseAsync },
        new("settings", "/settings/teams/{team}", """{"session_cost_limit_usd":{number}}""", AuditedNumber) { Method = HttpMethod.Patch, TakesKey = false },
        new("child token", "/sessions/{subject}/child-tokens", "{}", "ChildTokens WHERE SessionId = @subject") { TakesKey = false, Prepare = StartAsync },
        new("task change", "/tasks/1", """{"tags":["budget:{number}"]}""", AuditedNumber) { Method = HttpMethod.Patch, TakesKey = false },
        new("price", "/prices/{name}", """{"input_usd_per_mtok":1,"output_usd_per_mtok":1}""", "Prices WHERE Model = @name") { Method = HttpMethod.Put, TakesKey = false },
    ];

    private TestDatabase database = null!;
    private TdsProxy proxy = null!;
    private ApiHost host = null!;
    private TestTeam team = null!;
    private string sleeper = null!;
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
        sleeper = await host.Api.CreateAgentAsync(team.Id, "sleeper");
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
        var attempt = new Attempt(command, round, command.Prepare is null ? null : await command.Prepare(this), command.TakesKey && random.Next(2) == 0);
        var action = random.Next(4) switch { 0 => TdsAction.CutBefore, 1 => TdsAction.CutDuring, _ => TdsAction.DropAnswer };
        var staysAway = random.Next(5) == 0;
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

        var answer = await SendAsync(attempt);
        var described = $"{attempt}, {action}, {(staysAway ? "stays away" : "returns")}: {answer.Status} {answer.Text}";
        TestContext.Out.WriteLine(described);
        Assert.That(faults, Is.LessThanOrEqualTo(0), $"{described}: no commit was seen");
        proxy.Decide = _ => TdsAction.Pass;
        proxy.RefusesConnections = false;
        var count = await CountAsync(attempt);
        switch (answer.Status)
        {
            case HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent:
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

        if (attempt.HasKey)
        {
            Assert.That((await SendAsync(attempt)).Status, Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.NoContent), $"{described}: the retry");
            Assert.That(await CountAsync(attempt), Is.EqualTo(1), $"{described}: after the retry");
        }

        return answer.Status != HttpStatusCode.ServiceUnavailable;
    }

    private Task<Answer> SendAsync(Attempt attempt)
    {
        var (command, key) = (attempt.Command, attempt.HasKey ? attempt.Name : null);
        return host.Api.SendAsync(command.Method, Fill(command.Path), command.Body is null ? null : Fill(command.Body), ("Idempotency-Key", key));

        string Fill(string template) => template
            .Replace("{team}", team.Id, StringComparison.Ordinal)
            .Replace("{organisation}", team.Organisation, StringComparison.Ordinal)
            .Replace("{agent}", team.Agent, StringComparison.Ordinal)
            .Replace("{sleeper}", sleeper, StringComparison.Ordinal)
            .Replace("{session}", $"{session}", StringComparison.Ordinal)
            .Replace("{subject}", attempt.Subject, StringComparison.Ordinal)
            .Replace("{name}", attempt.Name, StringComparison.Ordinal)
            .Replace("{number}", $"{attempt.Number}", StringComparison.Ordinal);
    }

    /// <summary>Counts what a command has written, not through the proxy. A commit that is still on its way is waited for.</summary>
    private async Task<int> CountAsync(Attempt attempt)
    {
        await using var connection = new SqlConnection(database.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Constants of this class.
        await using var counting = new SqlCommand($"SELECT COUNT(*) FROM {attempt.Command.Rows}", connection);
#pragma warning restore CA2100
        counting.Parameters.AddWithValue("@name", attempt.Name);
        counting.Parameters.AddWithValue("@number", attempt.Number);
        counting.Parameters.AddWithValue("@subject", (object?)attempt.Subject ?? DBNull.Value);
        return (int)(await counting.ExecuteScalarAsync())!;
    }

    private static async Task<string> StartAsync(LostCommitTests tests) => $"{await tests.team.StartAsync()}";

    private static Task<string> ReserveAsync(LostCommitTests tests) => tests.team.CreateReservationAsync(tests.session, 0.001m);

    private static async Task<string> AskAsync(LostCommitTests tests) =>
        (await tests.host.Api.PostAsync("/human-requests", new { agent_id = tests.team.Agent, kind = "question", question = "Go on?" })).Created.Text("id")!;

    private static Task<string> CreateAgentAsync(LostCommitTests tests) => tests.host.Api.CreateAgentAsync(tests.team.Id, $"spare {Guid.NewGuid()}");

    private static async Task<string> PauseAsync(LostCommitTests tests) =>
        (await tests.host.Api.PostAsync($"/agents/{tests.sleeper}/pause", new { reason = "Paused" })).Ok.ToString();

    /// <summary>A kind of command.</summary>
    /// <param name="Name">The kind.</param>
    /// <param name="Path">The path, with placeholders.</param>
    /// <param name="Body">The JSON body, with placeholders; null for none.</param>
    /// <param name="Rows">Selects the one row that the command writes, by the attempt's name, number or subject.</param>
    private sealed record Command(string Name, string Path, string? Body, string Rows)
    {
        public HttpMethod Method { get; init; } = HttpMethod.Post;

        /// <summary>Whether it accepts an idempotency key.</summary>
        public bool TakesKey { get; init; } = true;

        /// <summary>Creates what the command changes, and returns its id; null if it changes nothing that exists.</summary>
        public Func<LostCommitTests, Task<string>>? Prepare { get; init; }
    }

    /// <summary>One command of a round.</summary>
    private sealed record Attempt(Command Command, int Round, string? Subject, bool HasKey)
    {
        // Five digits: a cap that the settings accept, and an amount.
        public int Number => 10_000 + Round;

        public string Name => $"n{Number}";

        public override string ToString() => $"{Round}: {Command.Name}, {(HasKey ? "key" : "no key")}";
    }
}
