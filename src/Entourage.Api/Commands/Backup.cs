using System.Globalization;
using Entourage.Infrastructure;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Api.Commands;

/// <summary>The command <c>backup FILE</c>: copies the SQLite store while it is in use.</summary>
internal static class Backup
{
    /// <summary>The word that asks for it.</summary>
    public const string Command = "backup";

    private const string Guide = "SQL Server makes backups of its own: docs/operations.md says how.";

    /// <summary>Copies, and says how much.</summary>
    /// <returns>The exit code: 0 when it is done, 1 when the store is SQL Server.</returns>
    /// <exception cref="IOException">It cannot be done; nothing is left behind then.</exception>
    public static async Task<int> RunAsync(IServiceProvider services, IConfiguration configuration, Invocation invocation, TextWriter console)
    {
        if (await IsSqlServerAsync(configuration, console))
        {
            return 1;
        }

        var store = Verify.EnsureThere(configuration);
        var time = services.GetRequiredService<TimeProvider>();
        var (file, began) = (Path.GetFullPath(invocation.Operand!), time.GetTimestamp());
        await services.GetRequiredService<SqliteBackup>().BackUpAsync(file, invocation.Force, time.GetUtcNow(), CancellationToken.None);
        await console.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{file} is a backup of {store}: {new FileInfo(file).Length:N0} bytes, checked, in {time.GetElapsedTime(began).TotalSeconds:0.0} s."));
        return 0;
    }

    /// <summary>Whether the store makes its backups itself; then the operator is told so.</summary>
    public static async Task<bool> IsSqlServerAsync(IConfiguration configuration, TextWriter console)
    {
        if (DatabaseOptions.SqlitePathOf(configuration) is not null)
        {
            return false;
        }

        await console.WriteLineAsync(Guide);
        return true;
    }
}
