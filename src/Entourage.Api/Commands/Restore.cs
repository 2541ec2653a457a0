using Entourage.Infrastructure;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Api.Commands;

/// <summary>The command <c>restore FILE</c>: puts a backup in the place of the SQLite store, which no server may have open.</summary>
internal static class Restore
{
    /// <summary>The word that asks for it.</summary>
    public const string Command = "restore";

    /// <summary>Restores, and says where the replaced store is now and what the operator must look at.</summary>
    /// <returns>The exit code: 0 when it is done, 1 when the store is SQL Server.</returns>
    /// <exception cref="IOException">It cannot be done; nothing was changed then.</exception>
    public static async Task<int> RunAsync(IServiceProvider services, IConfiguration configuration, Invocation invocation, TextWriter console)
    {
        if (await Backup.IsSqlServerAsync(configuration, console))
        {
            return 1;
        }

        var restored = await services.GetRequiredService<SqliteBackup>().RestoreAsync(
            invocation.Operand!, services.GetRequiredService<TimeProvider>().GetUtcNow());
        await console.WriteLineAsync($"{DatabaseOptions.SqlitePathOf(configuration)} is what {Path.GetFullPath(invocation.Operand!)} holds.");
        if (restored.Kept is { } kept)
        {
            await console.WriteLineAsync($"What it was before is {kept}.");
        }

        await AfterRestore.WriteAsync(restored.Numbers, console);
        return 0;
    }
}
