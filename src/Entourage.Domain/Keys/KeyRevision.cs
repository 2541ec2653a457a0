namespace Entourage.Domain.Keys;

/// <summary>
/// Counts the revocations of keys, in a single row that each revocation's transaction increments. Caches of keys stay valid as long as the
/// number does not change.
/// </summary>
public sealed class KeyRevision
{
    /// <summary>The id of the only row.</summary>
    public const int OnlyId = 1;

    private KeyRevision()
    {
    }

    /// <summary>Always <see cref="OnlyId"/>.</summary>
    public int Id { get; private init; }

    /// <summary>The number of revocations.</summary>
    public long Number { get; private init; }
}
