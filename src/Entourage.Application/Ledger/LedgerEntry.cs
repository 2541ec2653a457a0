using Entourage.Application.Abstractions;
using Entourage.Domain.Budgets;

namespace Entourage.Application.Ledger;

/// <summary>The kinds of entries, as metrics name them.</summary>
internal enum LedgerEntryKind
{
    /// <summary>A usage.</summary>
    Usage,

    /// <summary>A reservation.</summary>
    Reserve,

    /// <summary>A longer reservation.</summary>
    Extend,

    /// <summary>A reservation that is released.</summary>
    Release,

    /// <summary>The end of a session.</summary>
    EndSession,

    /// <summary>The kill of a session and of those below it.</summary>
    KillSession,

    /// <summary>The end of a session that has been silent.</summary>
    AbandonSession,

    /// <summary>A pause.</summary>
    Pause,

    /// <summary>The end of a pause.</summary>
    Resume,

    /// <summary>A price for a usage that was recorded without one.</summary>
    Reprice,
}

/// <summary>
/// A change of the ledger. An entry names the rows that it depends on, so that they are loaded before it, and decides what to make of them. Entries
/// that share a transaction are decided one after the other, and each sees what those before it did.
/// </summary>
/// <param name="Now">The present (UTC).</param>
/// <param name="Idempotency">The caller's key; null for none.</param>
public abstract record LedgerEntry(DateTimeOffset Now, IdempotencyToken? Idempotency)
{
    /// <summary>The type of the response.</summary>
    public abstract Type ResponseType { get; }

    /// <summary>The kind, for metrics.</summary>
    internal abstract LedgerEntryKind Kind { get; }

    /// <summary>The session that it names; null for none.</summary>
    internal virtual long? NamedSession => null;

    /// <summary>The reservation that it names; null for none.</summary>
    internal virtual Guid? NamedReservation => null;

    /// <summary>The organisation that it names itself; null where its session or reservation tells.</summary>
    internal virtual Guid? NamedOrganisation => null;

    /// <summary>The unpriced record that it names, by its sequence; null for none.</summary>
    internal virtual long? NamedRecord => null;

    /// <summary>Whether it needs every live reservation of its session.</summary>
    internal virtual bool NeedsReservationsOfSession => false;

    /// <summary>The keys whose stored responses it depends on.</summary>
    internal virtual IEnumerable<IdempotencyToken> Keys => Idempotency is null ? [] : [Idempotency];

    /// <summary>The budgets whose counters it needs, besides those of its session at present.</summary>
    /// <param name="session">The session that it concerns.</param>
    /// <param name="workingSet">What has been loaded so far.</param>
    internal virtual IEnumerable<Budget> FurtherBudgets(LedgerSession session, LedgerWorkingSet workingSet) => [];

    /// <summary>Applies the entry to the working set, or refuses it.</summary>
    /// <param name="ledger">The transaction. All rows that the entry names have been loaded.</param>
    /// <returns>The response, or the refusal where it is too common to be thrown.</returns>
    /// <exception cref="Domain.RuleViolationException">The entry breaks a rule. The transaction goes on without it.</exception>
    /// <exception cref="Errors.NotFoundException">A row that it names does not exist.</exception>
    internal abstract ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger);

    /// <summary>Handles an entry whose key has been answered before. Nothing changes, unless telemetry knows more by now.</summary>
    /// <param name="ledger">The transaction.</param>
    /// <param name="response">The response that was given before.</param>
    internal virtual ValueTask ReplayAsync(LedgerTransaction ledger, object response) => ValueTask.CompletedTask;

    /// <summary>
    /// Whether a transaction whose commit was never confirmed has written this entry. It waits until that transaction has ended.
    /// </summary>
    /// <param name="response">The response that the transaction came to.</param>
    /// <param name="store">The store.</param>
    /// <returns>Null for an entry that leaves no row to find. Running it again is harmless.</returns>
    internal virtual Task<bool>? FindWrittenAsync(object response, ILedgerStore store) => null;
}

/// <summary>An entry with a response.</summary>
/// <typeparam name="T">The response.</typeparam>
/// <inheritdoc/>
public abstract record LedgerEntry<T>(DateTimeOffset Now, IdempotencyToken? Idempotency) : LedgerEntry(Now, Idempotency)
{
    /// <inheritdoc/>
    public override Type ResponseType => typeof(T);
}
