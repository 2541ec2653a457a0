using System.Data;
using System.Text;
using Entourage.Application.Ledger;
using Entourage.Domain.Stops;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>Several statements that write rows, sent in one command. It fails unless each row is written.</summary>
internal sealed class SqlServerWrites
{
    /// <summary>The error number if a row has changed since it was read.</summary>
    public const int Conflict = 50_001;

    private const string Check = "IF @written <> @rows BEGIN THROW 50001, N'A row has changed since it was read.', 1; END;\n";

    // Whatever fails rolls the whole transaction back.
    private const string Begin = "SET XACT_ABORT ON;\n";

    // The row says that the transaction is committed. What follows may fail.
    private const string Confirm = "COMMIT TRANSACTION;\nSELECT CAST(1 AS bit);\n";
    private const string Release = "EXEC sp_releaseapplock @Resource = @lock, @LockOwner = 'Session';\n";

    private readonly StringBuilder text = new();
    private readonly List<Action<SqlParameterCollection>> parameters = [];
    private int rows;

    /// <summary>The statements that save the changes of a transaction.</summary>
    public static SqlServerWrites Of(LedgerChanges changes)
    {
        var writes = new SqlServerWrites();
        writes.Add(SqlServerStatements.AddToSessions, changes.Sessions);
        writes.Add(SqlServerStatements.AddCalls, changes.Calls);
        writes.Add(SqlServerStatements.EndSessions, changes.EndedSessions);
        writes.Add(SqlServerStatements.DeleteChildTokens, changes.Starts.UsedTokens);
        writes.Add(SqlServerStatements.PauseAgents, [.. changes.Pauses.Where(change => change.Scope == PauseScope.Agent)]);
        writes.Add(SqlServerStatements.PauseTeams, [.. changes.Pauses.Where(change => change.Scope == PauseScope.Team)]);
        writes.Add(SqlServerStatements.PauseOrganisations, [.. changes.Pauses.Where(change => change.Scope == PauseScope.Organisation)]);
        writes.Add(SqlServerStatements.InsertCounters, [.. changes.Counters.Where(change => change.Before is null)]);
        writes.Add(SqlServerStatements.UpdateCounters, [.. changes.Counters.Where(change => change.Before is not null)]);
        writes.Add(SqlServerStatements.InsertReservations, changes.NewReservations);
        writes.Add(SqlServerStatements.UpdateReservations, changes.ChangedReservations);
        writes.Add(SqlServerStatements.AddLabels, changes.Labels);
        writes.Add(SqlServerStatements.AddToRollups, changes.Rollups);
        writes.Add(SqlServerStatements.InsertRecords, changes.Records);
        writes.Add(SqlServerStatements.InsertAlerts, changes.Alerts);
        writes.Add(SqlServerStatements.InsertEvents, changes.Events);
        writes.Add(SqlServerStatements.InsertAudited, changes.Audited);
        writes.Add(SqlServerStatements.InsertAnswers, changes.Answers);
        writes.Add(SqlServerStatements.UpdateAnswers, changes.ExtendedAnswers);
        return writes;
    }

    /// <summary>Adds a statement, unless there are no rows.</summary>
    public void Add<TRow>(SqlServerWrite<TRow> write, IReadOnlyCollection<TRow> written)
    {
        if (written.Count > 0)
        {
            text.Append(write.Text);
            parameters.Add(collection => write.Bind(collection, written));
            rows += written.Count;
        }
    }

    /// <summary>A command that runs in the current transaction.</summary>
    public SqlCommand ToCommand() => Finish($"DECLARE @written int = 0;\n{text}{Check}");

    /// <summary>A command that is a transaction of its own. Once it is committed, it returns a row and then releases a lock.</summary>
    /// <param name="released">The organisation whose lock it releases; null for none.</param>
    public SqlCommand ToTransaction(Guid? released)
    {
        var end = Confirm;
        if (released is { } id)
        {
            parameters.Add(collection => collection.Add("@lock", SqlDbType.NVarChar, 255).Value = OrganisationLocks.ResourceOf(id));
            end += Release;
        }

        return Finish($"{Begin}DECLARE @written int = 0;\nBEGIN TRANSACTION;\n{text}{Check}{end}");
    }

    private SqlCommand Finish(string finished)
    {
        var command = new SqlCommand();
        foreach (var add in parameters)
        {
            add(command.Parameters);
        }

        command.Parameters.Add("@rows", SqlDbType.Int).Value = rows;
#pragma warning disable CA2100 // Constants of this namespace.
        command.CommandText = finished;
#pragma warning restore CA2100
        return command;
    }
}
