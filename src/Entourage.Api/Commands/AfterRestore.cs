using System.Globalization;
using Entourage.Infrastructure.Persistence;

namespace Entourage.Api.Commands;

/// <summary>
/// The command <c>after-restore</c>: moves the numbers of a store that was restored by other means than <c>restore</c>, such as SQL Server's
/// own RESTORE or a copy of the file.
/// </summary>
internal static class AfterRestore
{
    /// <returns>0.</returns>
    /// <exception cref="IOException">The command failed and changed nothing.</exception>
    /// <exception cref="FileNotFoundException">There is no SQLite file.</exception>
    public static async Task<int> RunAsync(CommandContext context)
    {
        context.EnsureStoreExists();
        await WriteAsync(await context.Services.GetRequiredService<IStoreNumbers>().MoveAsync(context.Now), context.Console);
        return 0;
    }

    /// <summary>Prints where numbering continues, what the restore undid, and which keys are active.</summary>
    public static async Task WriteAsync(MovedNumbers moved, TextWriter console)
    {
        await console.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"New sessions, tasks, usage records and events are numbered from {moved.Start + 1}, so no number used since the backup is used again."));
        if (moved.Revoked.Count > 0)
        {
            await console.WriteLineAsync(
                $"These keys are active in the backup but were revoked later. They stay revoked: {string.Join(", ", moved.Revoked)}.");
        }

        await console.WriteLineAsync(
            "WARNING: All other changes since the backup are undone: pauses, kills, caps, webhooks, and new keys. Check these before you start a server.");
        if (moved is { ShowsRevocations: false, ActiveKeys: > 0 })
        {
            var more = moved.ActiveKeys - moved.NewestKeys.Count;
            await console.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"WARNING: Keys revoked since the backup work again, and Entourage cannot tell which. {moved.ActiveKeys} keys are active: {string.Join(", ", moved.NewestKeys)}{(more > 0 ? $" and {more} more" : "")}. ")
                + "Revoke the keys that you do not want: GET /api/v1/keys lists them, DELETE /api/v1/keys/ID revokes one, and 'issue-key NAME' issues an admin key for that.");
        }
    }
}
