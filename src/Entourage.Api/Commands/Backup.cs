using System.Globalization;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Api.Commands;

/// <summary>The command <c>backup FILE</c>: copies the SQLite store while it is in use.</summary>
internal static class Backup
{
    private const string SqlServerGuide = "SQL Server has its own backup and restore. See docs/operations.md.";

    /// <returns>0 when done, 1 if the store is SQL Server.</returns>
    /// <exception cref="IOException">The backup failed and left no file behind.</exception>
    public static async Task<int> RunAsync(CommandContext context)
    {
        if (await IsSqlServerAsync(context))
        {
            return 1;
        }

        context.EnsureStoreExists();
        var time = context.Services.GetRequiredService<TimeProvider>();
        var (file, began) = (Path.GetFullPath(context.Arguments.Operand!), time.GetTimestamp());
        await context.Services.GetRequiredService<SqliteBackup>().BackUpAsync(file, context.Arguments.Force, time.GetUtcNow(), CancellationToken.None);
        await context.Console.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"Backed up {context.SqlitePath} to {file}: {new FileInfo(file).Length:N0} bytes, checked, in {time.GetElapsedTime(began).TotalSeconds:0.0} s."));
        return 0;
    }

    /// <summary>Whether the store is SQL Server. If so, tells the operator to use its own commands.</summary>
    public static async Task<bool> IsSqlServerAsync(CommandContext context)
    {
        if (context.SqlitePath is not null)
        {
            return false;
        }

        await context.Console.WriteLineAsync(SqlServerGuide);
        return true;
    }
}
