using System.Data.Common;
using System.Diagnostics;
using Entourage.Application.Ledger;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;
using Entourage.Domain.Teams;
using Entourage.Infrastructure.Events;
using Entourage.Infrastructure.Keys;
using Entourage.Infrastructure.Ledger.Sql;
using Entourage.Infrastructure.Persistence;
using Entourage.Infrastructure.Webhooks;
using Entourage.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>Reads on a request's path find their rows by an index and scan no whole table of the SQLite file.</summary>
internal sealed class QueryPlanTests
{
    private static readonly string[] LedgerStatements =
    [
        SessionSql.Select + "s.Id = @session",
        ReservationSql.Select + "r.Id = @id",
        ReservationSql.Select + ReservationSql.IsExpired + "= @organisation",
        ReservationSql.Select + ReservationSql.IsLiveInSession + "= @session",
        SessionSql.Select + SessionSql.IsActiveInTeam,
        SessionSql.Select + SessionSql.IsActiveInOrganisation,
        WorkerSql.Select + "= @session",
        TeamSql.Select,
        StartingAgentSql.Select + "= @agent",
        StartingTaskSql.Select + "= @task",
        StartingTaskSql.SelectBlockers + "= @task ORDER BY k.Id",
        StartSql.SelectActiveOnTask,
        StartSql.SelectChildren + "= @session",
        ChildTokenSql.Select + "= @key",
        ChildTokenSql.Delete.Text,
        PauseSql.SelectOfAgent,
        PauseSql.UpdateTeam.Text,
        SubjectSql.Select,
        TaskSql.Select,
        UsageSql.SelectById + "LIMIT 1",
        UsageSql.SelectCorrection,
        UsageSql.SelectUnpriced + "= @sequence",
        AnswerSql.Select + "= @key",
        $"SELECT {CounterSql.Columns} FROM BudgetCounters WHERE {CounterSql.IsWindow}",
        $"SELECT {AlertSql.KeyColumns} FROM Alerts WHERE {AlertSql.IsKey}",
        CounterSql.Update.Text,
        ReservationSql.Update.Text,
        AnswerSql.Update.Text,
        SessionSql.End.Text,
        SessionSql.AddUsages.Text,
        SessionSql.AddCalls.Text,
        "SELECT " + SummarySql.Unsummarised,
        $"SELECT {LabelSql.Columns} FROM LabelSets WHERE {LabelSql.IsOfSet}",
        SummarySql.MarkSummarised.Text,
        AccessSql.SelectRevision,
    ];

    private ApiHost host = null!;
    private TestTeam team = null!;
    private long session;
    private string request = "";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        // Reads of background jobs, which scan whole tables, are not included.
        host = await ApiHost.StartAsync(Store.Sqlite, settings: new Dictionary<string, string> { ["Webhooks:PollMilliseconds"] = "60000" });
        team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        session = await team.StartAsync(await team.CreateTaskAsync());
        await team.UseAsync(session, 1m);
        await host.SendAsync(new ReserveCallCommand(session, ApiClient.ListedModel, 1_000, 1_000, 1, Choices: 1, Billing.Api, TtlSeconds: 3_600));
        request = (await host.Api.PostAsync("/human-requests", new { agent_id = team.Agent, kind = "question", question = "Why?" })).Created.Text("id")!;
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [TestCaseSource(nameof(LedgerStatements))]
    public async Task Ledger_query_scans_no_table(string statement)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await AssertUsesIndexesAsync(command, ["@session", "@id", "@organisation", "@agent", "@task", "@team", "@key", "@sequence", "@now", "@quarter", "@model", "@organisationId", "@labelSetId", "@killedSince"]);
    }

    [TestCase("/sessions/{session}")]
    [TestCase("/sessions/{session}/usage")]
    [TestCase("/agents/{agent}/sessions")]
    [TestCase("/agents/{agent}/sessions?status=active")]
    [TestCase("/agents/{agent}")]
    [TestCase("/audit?team_id={team}")]
    [TestCase("/audit?subject={agent}")]
    [TestCase("/teams/{team}/agents")]
    [TestCase("/teams/{team}/tasks")]
    [TestCase("/teams/{team}/human-requests")]
    [TestCase("/teams/{team}/human-requests?status=pending")]
    [TestCase("/human-requests/{request}")]
    [TestCase("/tasks/1")]
    [TestCase("/settings/teams/{team}")]
    [TestCase("/teams/{team}/alerts")]
    [TestCase("/teams/{team}/alerts?status=open&kind=threshold")]
    [TestCase("/teams/{team}/costs")]
    [TestCase("/teams/{team}/costs?period=today")]
    [TestCase("/teams/{team}/costs?from=2026-06-09T10:00:00Z&to=2026-06-11T10:00:00Z")]
    [TestCase("/teams/{team}/costs?agent_id={agent}")]
    [TestCase("/orgs/{organisation}/costs")]
    [TestCase("/teams/{team}/costs?label=customer%3Dacme")]
    [TestCase("/teams/{team}/costs?label=customer%3Dacme&period=7d&format=csv")]
    [TestCase("/teams/{team}/costs/labels?key=customer")]
    [TestCase("/teams/{team}/costs/labels?key=customer&period=30d")]
    [TestCase("/orgs/{organisation}/costs/labels?key=customer&agent_id={agent}")]
    [TestCase("/teams/{team}/costs/label-keys")]
    [TestCase("/teams/{team}/sessions?label=customer%3Dacme")]
    [TestCase("/teams/{team}/costs?format=csv")]
    [TestCase("/teams/{team}/costs/what-if?daily_cost_limit_usd=1")]
    [TestCase("/teams/{team}/webhooks")]
    public async Task Read_query_scans_no_table(string path)
    {
        path = path.Replace("{session}", $"{session}", StringComparison.Ordinal)
            .Replace("{agent}", team.Agent, StringComparison.Ordinal)
            .Replace("{organisation}", team.Organisation, StringComparison.Ordinal)
            .Replace("{request}", request, StringComparison.Ordinal)
            .Replace("{team}", team.Id, StringComparison.Ordinal);
        await AssertUsesIndexesAsync(async () => Assert.That((await host.Api.GetAsync(path)).Status, Is.EqualTo(System.Net.HttpStatusCode.OK)));
    }

    /// <summary>Checks that the store's queries use indexes, except on small tables.</summary>
    private async Task AssertUsesIndexesAsync(Func<Task> ask, string? exceptOf = null)
    {
        var commands = new CommandsOf(host.Database.FilePath);
        using (DiagnosticListener.AllListeners.Subscribe(commands))
        {
            // For a second, Entity Framework remembers that nobody listens.
            await Testing.Patience.UntilAsync(async () =>
            {
                await ask();
                return commands.Texts.Count > 0;
            });
        }

        await using var connection = await OpenAsync();
        foreach (var (text, parameters) in commands.Texts.Where(command => exceptOf is null || !command.Text.Contains($"FROM \"{exceptOf}\"", StringComparison.Ordinal)))
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // SQL that the API sent.
            command.CommandText = text;
#pragma warning restore CA2100
            await AssertUsesIndexesAsync(command, parameters);
        }
    }

    [Test]
    public async Task Later_events_are_found_without_scanning_earlier_ones()
    {
        await AssertUsesIndexesAsync(async () =>
        {
            await using var scope = host.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
            var page = await EventHistory.ReadAsync(db, Audience.OfTeam(Guid.Parse(team.Id)), default, limit: 10, withUsages: true, CancellationToken.None);
            Assert.That(page.Messages.Select(message => message.Kind), Is.EquivalentTo(new[] { EventKind.Session, EventKind.Usage, EventKind.Alert }));
            Assert.That((await EventHistory.FindNewestAsync(db, CancellationToken.None)).Usage, Is.EqualTo(page.To.Usage));
            var outbox = scope.ServiceProvider.GetRequiredService<WebhookOutbox>();
            Assert.That(await outbox.ClaimAsync(limit: 10, except: [Guid.Empty], CancellationToken.None), Is.Empty);
        });
    }

    [TestCase("agents", "{agent}")]
    [TestCase("teams", "{team}")]
    [TestCase("orgs", "{org}")]
    public async Task Stopped_sessions_are_found_by_indexes(string scope, string id)
    {
        var paused = await host.Api.CreateTeamAsync();
        await paused.StartAsync(parent: await paused.StartAsync());
        id = id.Replace("{agent}", paused.Agent, StringComparison.Ordinal)
            .Replace("{team}", paused.Id, StringComparison.Ordinal)
            .Replace("{org}", paused.Organisation, StringComparison.Ordinal);
        _ = (await host.Api.PostAsync($"/{scope}/{id}/pause", new { reason = "look" })).Ok;
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        foreach (var row in (await host.Api.GetAsync($"/{scope}/{id}/pause")).Ok.Items("sessions"))
        {
            await paused.UseAsync(row.Number("session_id")!.Value, 1m);
        }

        await AssertUsesIndexesAsync(() => host.Api.GetAsync($"/{scope}/{id}/pause"));
    }

    [Test]
    public async Task Silent_sessions_are_found_by_indexes() => await AssertUsesIndexesAsync(host.AbandonAsync, exceptOf: "Teams");

    private async Task<SqliteConnection> OpenAsync()
    {
        var connection = new SqliteConnection(host.Database.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task AssertUsesIndexesAsync(SqliteCommand command, IEnumerable<string> parameters)
    {
        foreach (var name in parameters)
        {
            command.Parameters.AddWithValue(name, DBNull.Value);
        }

        command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            // A list of parameters is a table that is scanned, too.
            var step = reader.GetString(3);
            Assert.That(
                step.StartsWith("SCAN", StringComparison.Ordinal) && !step.Contains("VIRTUAL TABLE", StringComparison.Ordinal) && !step.Contains("CONSTANT ROW", StringComparison.Ordinal),
                Is.False,
                $"{step}\n{command.CommandText}");
        }
    }

    /// <summary>The commands that Entity Framework sends to a file.</summary>
    private sealed class CommandsOf(string file) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
    {
        public List<(string Text, string[] Parameters)> Texts { get; } = [];

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
            {
                value.Subscribe(this);
            }
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is CommandExecutedEventData { Command: var command } && command.Connection is SqliteConnection connection && connection.DataSource == file)
            {
                lock (Texts)
                {
                    Texts.Add((command.CommandText, [.. command.Parameters.Cast<DbParameter>().Select(parameter => parameter.ParameterName)]));
                }
            }
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
