namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// Where the numbers of a store go on after it was restored, far beyond any that was handed out since the backup: a session, task or event
/// number, a cursor and a version of settings mean the same for ever. It follows from the time of the restore, so it also holds where nothing
/// is left that shows how far the numbers had come, and when one backup is restored several times.
/// </summary>
internal static class RestoredNumbers
{
    // A million a second, more than fifty times what one store was measured to take. 2^53 is reached in the year 2310.
    private const long PerMillisecond = 1_000;

    // What is added where the clock says less than the numbers at hand: it was set back.
    private const long MinStep = 1_000_000_000;

    // JavaScript and JSON readers like it keep integers exact up to 2^53; a part of that is left to be handed out.
    private const long MaxStart = (1L << 53) - (1L << 50);

    private static readonly DateTimeOffset Epoch = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The number after which all go on.</summary>
    /// <param name="greatest">The greatest number that is known to have been handed out.</param>
    /// <param name="now">The time of the restore (UTC).</param>
    /// <exception cref="IOException">There is no room left below 2^53.</exception>
    public static long StartAfter(long greatest, DateTimeOffset now)
    {
        // Never ahead of the clock unless the clock is wrong: a later restore that sees none of these numbers must still be beyond them.
        var start = (long)(now - Epoch).TotalMilliseconds * PerMillisecond;
        start = start > greatest ? start : greatest + MinStep;
        return start <= MaxStart
            ? start
            : throw new IOException($"The store's numbers have come to {greatest}, and must stay below 2^53: there is no room to move them on.");
    }
}

/// <summary>What a restore did besides putting the data in place.</summary>
/// <param name="Start">The number after which all sequences and versions go on.</param>
/// <param name="Revoked">The names of keys that are in force in the backup and were revoked in the replaced store: they stay revoked.</param>
/// <param name="ShowsRevocations">Whether there was a replaced store that could be asked for revoked keys.</param>
/// <param name="ActiveKeys">How many keys are in force.</param>
/// <param name="NewestKeys">The names of the newest of these, at most <see cref="NamedKeys"/>.</param>
public sealed record MovedNumbers(
    long Start, IReadOnlyList<string> Revoked, bool ShowsRevocations, long ActiveKeys, IReadOnlyList<string> NewestKeys)
{
    /// <summary>So many keys are named.</summary>
    public const int NamedKeys = 20;
}

/// <summary>A restore that is done.</summary>
/// <param name="Kept">Where what was there is now; null when nothing was.</param>
/// <param name="Numbers">How the numbers go on, and which keys are in force.</param>
public sealed record RestoredStore(string? Kept, MovedNumbers Numbers);

/// <summary>Moves the numbers of a store on after it was restored by other means than this program's.</summary>
public interface IStoreNumbers
{
    /// <summary>Moves all sequences and versions on, in one transaction. No server may use the store meanwhile.</summary>
    /// <param name="now">The present (UTC).</param>
    /// <exception cref="IOException">The store is in use, is none, or is not of this version.</exception>
    Task<MovedNumbers> MoveAsync(DateTimeOffset now);
}
