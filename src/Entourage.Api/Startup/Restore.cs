using Entourage.Infrastructure;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Api.Startup;

/// <summary>The command <c>restore FILE</c>: puts a backup in the place of the SQLite store, which no server may have open.</summary>
internal static class Restore
{
    /// <summary>The word that asks for it.</summary>
    public const string Command = "restore";

    /// <summary>Restores, and says where what was there is now.</summary>
    /// <returns>The exit code: 0 when it is done, 1 when the store is SQL Server.</returns>
    /// <exception cref="IOException">It cannot be done; nothing was changed then.</exception>
    public static async Task<int> RunAsync(IServiceProvider services, IConfiguration configuration, Invocation invocation, TextWriter console)
    {
        if (await Backup.IsSqlServerAsync(configuration, console))
        {
            return 1;
        }

        var kept = await services.GetRequiredService<SqliteBackup>().RestoreAsync(
            invocation.Operand!, services.GetRequiredService<TimeProvider>().GetUtcNow());
        await console.WriteLineAsync($"{DatabaseOptions.SqlitePathOf(configuration)} is what {Path.GetFullPath(invocation.Operand!)} holds.");
        if (kept is not null)
        {
            await console.WriteLineAsync($"What it was before is {kept}.");
        }

        return 0;
    }
}
