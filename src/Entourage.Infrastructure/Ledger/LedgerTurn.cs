namespace Entourage.Infrastructure.Ledger;

/// <summary>What a store needs to know about a transaction of the ledger, over all attempts to commit it.</summary>
/// <param name="organisations">The organisations that it concerns, to be locked before its entries are known; empty if they are unknown.</param>
/// <param name="continues">Asked when it is decided: whether more work for the same organisation waits, so that the process should go on; null for no.</param>
internal sealed class LedgerTurn(IReadOnlyCollection<Guid> organisations, Func<bool>? continues = null)
{
    private readonly List<Guid> unconfirmed = [];

    public IReadOnlyCollection<Guid> Organisations => organisations;

    /// <summary>Marks the current attempt in the store, so that it is recognised if its commit is never confirmed.</summary>
    public Guid Marker { get; private set; } = Guid.CreateVersion7();

    /// <summary>The markers of earlier attempts that may have been committed, oldest first.</summary>
    public IReadOnlyList<Guid> Unconfirmed => unconfirmed;

    public bool Continues() => continues?.Invoke() ?? false;

    /// <summary>Starts a new attempt with a marker of its own, and remembers the last one, whose commit was not confirmed.</summary>
    public void KeepUnconfirmed()
    {
        unconfirmed.Add(Marker);
        Marker = Guid.CreateVersion7();
    }
}

/// <summary>The connection was lost after the commit was sent and before it was confirmed. The transaction may have been committed.</summary>
internal sealed class UnconfirmedCommitException(Exception innerException)
    : Exception("The connection to the database was lost during the commit.", innerException);
