namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// Computes where the numbers of a restored store continue, far above any that was issued since the backup. A session, task or event number,
/// a cursor and a settings version therefore keep their meaning forever. The result depends on the time of the restore, so it also holds if
/// nothing shows how far the numbers had come, and if one backup is restored several times.
/// </summary>
internal static class RestoredNumbers
{
    // A million a second, more than fifty times the measured rate of one store. It reaches 2^53 in the year 2310.
    private const long PerMillisecond = 1_000;

    // The step if the clock gives less than the numbers in use, because it was set back.
    private const long MinStep = 1_000_000_000;

    // JavaScript keeps integers exact up to 2^53. The rest up to there remains to be issued.
    private const long MaxStart = (1L << 53) - (1L << 50);

    private static readonly DateTimeOffset Epoch = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Computes the number after which all sequences and versions continue.</summary>
    /// <param name="greatest">The greatest number that is known to have been issued.</param>
    /// <param name="now">The time of the restore (UTC).</param>
    /// <exception cref="IOException">There is no room left below 2^53.</exception>
    public static long StartAfter(long greatest, DateTimeOffset now)
    {
        // Stay behind the clock, so that a later restore continues above these numbers even if it sees none of them.
        var start = (long)(now - Epoch).TotalMilliseconds * PerMillisecond;
        start = start > greatest ? start : greatest + MinStep;
        return start <= MaxStart
            ? start
            : throw new IOException($"The store has used numbers up to {greatest}. They must stay below 2^53, so there is no room left to advance them.");
    }
}

/// <summary>The changes of a restore to the data.</summary>
/// <param name="Start">The number after which all sequences and versions continue.</param>
/// <param name="Revoked">The names of keys that are valid in the backup and were revoked in the replaced store. They are revoked again.</param>
/// <param name="ShowsRevocations">Whether there was a replaced store from which revoked keys could be read.</param>
/// <param name="ActiveKeys">The number of valid keys.</param>
/// <param name="NewestKeys">The names of the newest valid keys, at most <see cref="NamedKeys"/>.</param>
public sealed record MovedNumbers(
    long Start, IReadOnlyList<string> Revoked, bool ShowsRevocations, long ActiveKeys, IReadOnlyList<string> NewestKeys)
{
    /// <summary>How many keys are named at most.</summary>
    public const int NamedKeys = 20;
}

/// <summary>The result of a restore.</summary>
/// <param name="Kept">The path of the replaced store; null if there was none.</param>
/// <param name="Numbers">How the numbers continue, and which keys are valid.</param>
public sealed record RestoredStore(string? Kept, MovedNumbers Numbers);

/// <summary>Advances the numbers of a store that was restored by other means.</summary>
public interface IStoreNumbers
{
    /// <summary>Advances all sequences and versions in one transaction. No server may use the store meanwhile.</summary>
    /// <param name="now">The current time (UTC).</param>
    /// <exception cref="IOException">The store is in use, is not an Entourage store, or has the schema of another version.</exception>
    Task<MovedNumbers> MoveAsync(DateTimeOffset now);
}
