using Microsoft.EntityFrameworkCore.Migrations;

namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// The triggers that keep the audit trail append-only. The EF model cannot describe triggers, so the migration that creates the table adds
/// them.
/// </summary>
internal static class AuditTriggers
{
    public const string NoUpdate = "AuditEntries_NoUpdate";

    public const string NoDelete = "AuditEntries_NoDelete";

    private const string Refusal = "The audit trail is append-only.";

    private const string SqlServer = "Microsoft.EntityFrameworkCore.SqlServer";

    /// <summary>Adds the triggers to the table.</summary>
    public static void AddAuditTriggers(this MigrationBuilder migration)
    {
        Add(NoUpdate, "UPDATE");
        Add(NoDelete, "DELETE");

        // EXEC starts a new batch, which CREATE TRIGGER needs and an idempotent script cannot start otherwise.
        void Add(string name, string statement) => migration.Sql(migration.ActiveProvider == SqlServer
            ? $"EXEC(N'CREATE TRIGGER [{name}] ON [AuditEntries] INSTEAD OF {statement} AS THROW 50001, N''{Refusal}'', 1;');"
            : $"CREATE TRIGGER {name} BEFORE {statement} ON AuditEntries BEGIN SELECT RAISE(ABORT, '{Refusal}'); END;");
    }
}
