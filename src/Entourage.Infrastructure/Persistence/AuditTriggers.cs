using Microsoft.EntityFrameworkCore.Migrations;

namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// The triggers that refuse to change the audit trail or to remove any of it. The mapping cannot make them, so the migration that makes the
/// table calls this; they go with the table.
/// </summary>
internal static class AuditTriggers
{
    public const string NoUpdate = "AuditEntries_NoUpdate";

    public const string NoDelete = "AuditEntries_NoDelete";

    private const string Refusal = "The audit trail is append-only.";

    private const string SqlServer = "Microsoft.EntityFrameworkCore.SqlServer";

    /// <summary>Adds them to the table.</summary>
    public static void AddAuditTriggers(this MigrationBuilder migration)
    {
        Add(NoUpdate, "UPDATE");
        Add(NoDelete, "DELETE");

        // In a batch of its own, which a script that may be run again has no other way to make.
        void Add(string name, string statement) => migration.Sql(migration.ActiveProvider == SqlServer
            ? $"EXEC(N'CREATE TRIGGER [{name}] ON [AuditEntries] INSTEAD OF {statement} AS THROW 50001, N''{Refusal}'', 1;');"
            : $"CREATE TRIGGER {name} BEFORE {statement} ON AuditEntries BEGIN SELECT RAISE(ABORT, '{Refusal}'); END;");
    }
}
