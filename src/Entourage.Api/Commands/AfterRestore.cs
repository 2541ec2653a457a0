using System.Globalization;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Api.Commands;

/// <summary>
/// The command <c>after-restore</c>: moves the numbers of a store on that was restored by other means than <c>restore</c>, as SQL Server's own
/// RESTORE or a copy of the file.
/// </summary>
internal static class AfterRestore
{
    /// <summary>The word that asks for it.</summary>
    public const string Command = "after-restore";

    /// <summary>Moves the numbers on, and says what the operator must look at.</summary>
    /// <returns>The exit code: 0.</returns>
    /// <exception cref="IOException">It cannot be done; nothing was changed then.</exception>
    /// <exception cref="FileNotFoundException">There is no SQLite file.</exception>
    public static async Task<int> RunAsync(IServiceProvider services, IConfiguration configuration, TextWriter console)
    {
        Verify.EnsureThere(configuration);
        var moved = await services.GetRequiredService<IStoreNumbers>().MoveAsync(services.GetRequiredService<TimeProvider>().GetUtcNow());
        await WriteAsync(moved, console);
        return 0;
    }

    /// <summary>Says how the numbers go on and which keys are in force.</summary>
    public static async Task WriteAsync(MovedNumbers moved, TextWriter console)
    {
        await console.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"New sessions, tasks, usage records and events are numbered from {moved.Start + 1} on, so no number that was handed out since the backup is handed out again."));
        if (moved.Revoked.Count > 0)
        {
            await console.WriteLineAsync(
                $"These keys are in force in the backup and were revoked since; they stay revoked: {string.Join(", ", moved.Revoked)}.");
        }

        await console.WriteLineAsync(
            "WARNING: all else that was changed since the backup is undone: pauses, kills, caps, webhooks, and keys that were issued. Check these before you start a server.");
        if (moved is { ShowsRevocations: false, ActiveKeys: > 0 })
        {
            var more = moved.ActiveKeys - moved.NewestKeys.Count;
            await console.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"WARNING: keys that were revoked since the backup work again, and nothing at hand shows which. {moved.ActiveKeys} keys are in force: {string.Join(", ", moved.NewestKeys)}{(more > 0 ? $" and {more} more" : "")}. ")
                + "Revoke those that you do not want: GET /api/v1/keys lists them, DELETE /api/v1/keys/ID revokes one; 'issue-key NAME' issues an admin key for that.");
        }
    }
}
