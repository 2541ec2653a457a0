using Entourage.Infrastructure.Persistence;

namespace Entourage.Api.Commands;

/// <summary>The command <c>restore FILE</c>: replaces the SQLite store, which no server may have open, with a backup.</summary>
internal static class Restore
{
    /// <returns>0 when done, 1 if the store is SQL Server.</returns>
    /// <exception cref="IOException">The restore failed and changed nothing.</exception>
    public static async Task<int> RunAsync(CommandContext context)
    {
        if (await Backup.IsSqlServerAsync(context))
        {
            return 1;
        }

        var file = Path.GetFullPath(context.Arguments.Operand!);
        var restored = await context.Services.GetRequiredService<SqliteBackup>().RestoreAsync(context.Arguments.Operand!, context.Now);
        await context.Console.WriteLineAsync($"Restored {context.SqlitePath} from {file}.");
        if (restored.Kept is { } kept)
        {
            await context.Console.WriteLineAsync($"The previous store is now {kept}.");
        }

        await AfterRestore.WriteAsync(restored.Numbers, context.Console);
        return 0;
    }
}
