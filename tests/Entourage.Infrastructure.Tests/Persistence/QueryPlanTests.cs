using System.Data.Common;
using System.Diagnostics;
using Entourage.Domain.Events;
using Entourage.Infrastructure.Events;
using Entourage.Infrastructure.Persistence;
using Entourage.Infrastructure.Persistence.Ledger;
using Entourage.Infrastructure.Webhooks;
using Entourage.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>The reads that everybody waits for find their rows by an index: none looks through a whole table of the SQLite file.</summary>
internal sealed class QueryPlanTests
{
    private static readonly string[] LedgerStatements =
    [
        LedgerSql.SelectSession + "s.Id = @session",
        LedgerSql.SelectReservation + "r.Id = @id",
        LedgerSql.SelectReservation + LedgerSql.IsExpired + "= @organisation",
        LedgerSql.SelectReservation + LedgerSql.IsOfSession + "= @session",
        LedgerSql.SelectSubject,
        LedgerSql.SelectTask,
        LedgerSql.SelectRecorded,
        LedgerSql.SelectUnpriced + "= @sequence",
        LedgerSql.SelectAnswers + "= @key",
        LedgerSql.SelectCounter + LedgerSql.IsCounter,
        LedgerSql.UpdateCounter,
        LedgerSql.UpdateReservation,
        LedgerSql.EndSession,
        LedgerSql.AddToSession,
    ];

    private ApiHost host = null!;
    private TestTeam team = null!;
    private long session;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        // What jobs read of their own accord, and all of it, is none of this.
        host = await ApiHost.StartAsync(Store.Sqlite, settings: new Dictionary<string, string> { ["Webhooks:PollMilliseconds"] = "60000" });
        team = await host.Api.CreateTeamAsync();
        session = await team.StartAsync(await team.CreateTaskAsync());
        await team.UseAsync(session, 1m);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await (host?.DisposeAsync() ?? default);

    [TestCaseSource(nameof(LedgerStatements))]
    public async Task The_ledger_looks_nothing_through(string statement)
    {
        await using var connection = await OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await AssertUsesIndexesAsync(command, ["@session", "@id", "@organisation", "@agent", "@task", "@team", "@key", "@sequence", "@now"]);
    }

    [TestCase("/sessions/{session}")]
    [TestCase("/sessions/{session}/usage")]
    [TestCase("/agents/{agent}/sessions")]
    [TestCase("/agents/{agent}/sessions?status=active")]
    [TestCase("/agents/{agent}")]
    [TestCase("/teams/{team}/agents")]
    [TestCase("/teams/{team}/tasks")]
    [TestCase("/tasks/1")]
    [TestCase("/settings/teams/{team}")]
    [TestCase("/teams/{team}/costs")]
    [TestCase("/teams/{team}/costs?period=today")]
    [TestCase("/teams/{team}/costs?format=csv")]
    [TestCase("/teams/{team}/webhooks")]
    public async Task A_read_looks_nothing_through(string path)
    {
        path = path.Replace("{session}", $"{session}", StringComparison.Ordinal)
            .Replace("{agent}", team.Agent, StringComparison.Ordinal)
            .Replace("{team}", team.Id, StringComparison.Ordinal);
        var commands = new CommandsOf(host.Database.FilePath);
        using (DiagnosticListener.AllListeners.Subscribe(commands))
        {
            Assert.That((await host.Api.GetAsync(path)).Status, Is.EqualTo(System.Net.HttpStatusCode.OK));
        }

        Assert.That(commands.Texts, Is.Not.Empty);
        await using var connection = await OpenAsync();
        foreach (var (text, parameters) in commands.Texts)
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // What the API sent itself.
            command.CommandText = text;
#pragma warning restore CA2100
            await AssertUsesIndexesAsync(command, parameters);
        }
    }

    [Test]
    public async Task What_happened_since_is_found_without_looking_at_what_was_before()
    {
        var commands = new CommandsOf(host.Database.FilePath);
        using (DiagnosticListener.AllListeners.Subscribe(commands))
        {
            await using var scope = host.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
            var page = await EventHistory.ReadAsync(db, Guid.Parse(team.Id), default, limit: 10, withUsages: true, CancellationToken.None);
            Assert.That(page.Messages.Select(message => message.Kind), Is.EqualTo(new[] { EventKind.Session, EventKind.Usage }));
            Assert.That(await EventHistory.FindNewestUsageAsync(db, CancellationToken.None), Is.EqualTo(page.To.Usage));
            var outbox = scope.ServiceProvider.GetRequiredService<WebhookOutbox>();
            Assert.That(await outbox.ClaimAsync(limit: 10, except: [Guid.Empty], CancellationToken.None), Is.Empty);
        }

        Assert.That(commands.Texts, Has.Count.EqualTo(4));
        await using var connection = await OpenAsync();
        foreach (var (text, parameters) in commands.Texts)
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // What was sent above.
            command.CommandText = text;
#pragma warning restore CA2100
            await AssertUsesIndexesAsync(command, parameters);
        }
    }

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
            // A list of parameters is a table too, which is looked through.
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
