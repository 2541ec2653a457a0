namespace Entourage.Domain.Keys;

/// <summary>
/// How often keys were revoked: one row, raised in the transaction of each revocation. As long as it stays what it was, whatever is
/// remembered of keys holds.
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

    /// <summary>How often.</summary>
    public long Number { get; private init; }
}
