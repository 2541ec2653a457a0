using System.Text;
using Microsoft.EntityFrameworkCore.SqlServer.Update.Internal;
using Microsoft.EntityFrameworkCore.Update;

namespace Entourage.Infrastructure.Persistence;

#pragma warning disable EF1001 // There is no public way to choose the statement. A test fails if it changes.

/// <summary>
/// Inserts several rows that get a number from the database by one INSERT each, in one round trip. Entity Framework would send a MERGE, which takes
/// more locks and which not every server with this protocol supports.
/// </summary>
/// <param name="dependencies">The services of Entity Framework.</param>
internal sealed class SqlServerInserts(UpdateSqlGeneratorDependencies dependencies) : SqlServerUpdateSqlGenerator(dependencies)
{
    /// <inheritdoc/>
    public override ResultSetMapping AppendBulkInsertOperation(
        StringBuilder commandStringBuilder,
        IReadOnlyList<IReadOnlyModificationCommand> modificationCommands,
        int commandPosition,
        out bool requiresTransaction)
    {
        if (!modificationCommands[0].ColumnModifications.Any(column => column.IsRead))
        {
            // One INSERT with several rows.
            return base.AppendBulkInsertOperation(commandStringBuilder, modificationCommands, commandPosition, out requiresTransaction);
        }

        requiresTransaction = modificationCommands.Count > 1;
        foreach (var command in modificationCommands)
        {
            AppendInsertOperation(commandStringBuilder, command, commandPosition++, out var requires);
            requiresTransaction |= requires;
        }

        // Each row has a result of its own.
        return ResultSetMapping.LastInResultSet;
    }
}
