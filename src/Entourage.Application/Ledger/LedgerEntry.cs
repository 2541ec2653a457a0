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

    /// <summary>The extension of a reservation.</summary>
    Extend,

    /// <summary>The release of a reservation.</summary>
    Release,

    /// <summary>The start of a session.</summary>
    StartSession,

    /// <summary>The end of a session.</summary>
    EndSession,

    /// <summary>The kill of a session and its descendants.</summary>
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
/// A requested change of the ledger. An entry names the rows that it depends on, which are loaded before it decides. The entries of a transaction are
/// decided one after the other, and each sees the changes of those before it.
/// </summary>
/// <param name="Now">The current time (UTC).</param>
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

    /// <summary>The organisation that it names; null if that follows from its session or reservation.</summary>
    internal virtual Guid? NamedOrganisation => null;

    /// <summary>The unpriced record that it names, by its sequence; null for none.</summary>
    internal virtual long? NamedRecord => null;

    /// <summary>Whether it needs every live reservation of its session.</summary>
    internal virtual bool NeedsReservationsOfSession => false;

    /// <summary>The keys whose stored responses it depends on.</summary>
    internal virtual IEnumerable<IdempotencyToken> Keys => Idempotency is null ? [] : [Idempotency];

    /// <summary>The budgets that it needs in addition to those that apply to its session now. Their counters are loaded.</summary>
    /// <param name="session">The session that it concerns.</param>
    /// <param name="workingSet">The rows that have been loaded so far.</param>
    internal virtual IReadOnlyList<Budget> FurtherBudgets(LedgerSession session, LedgerWorkingSet workingSet) => [];

    /// <summary>The budgets of the session that it starts, if it starts one. Their counters are loaded.</summary>
    /// <param name="loader">The rows that have been loaded so far.</param>
    internal virtual IReadOnlyList<Budget> BudgetsOfNewSession(LedgerLoader loader) => [];

    /// <summary>Applies the entry to the working set, or refuses it.</summary>
    /// <param name="ledger">The transaction. All rows that the entry names have been loaded.</param>
    /// <returns>The response, or a refusal that is too frequent to throw.</returns>
    /// <exception cref="Domain.RuleViolationException">The entry breaks a rule. The transaction continues without it.</exception>
    /// <exception cref="Errors.NotFoundException">A row that it names does not exist.</exception>
    /// <exception cref="Errors.ConflictException">Another row does not allow it.</exception>
    /// <exception cref="Errors.ForbiddenException">The caller may not name such a row.</exception>
    /// <exception cref="Errors.InvalidInputException">Two rows that it names do not fit together.</exception>
    internal abstract ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger);

    /// <summary>Handles a repeated entry, whose key has a stored response. Only telemetry changes anything, if it reports more this time.</summary>
    /// <param name="ledger">The transaction.</param>
    /// <param name="response">The stored response.</param>
    internal virtual ValueTask ReplayAsync(LedgerTransaction ledger, object response) => ValueTask.CompletedTask;
}

/// <summary>An entry with a response.</summary>
/// <typeparam name="T">The response.</typeparam>
/// <inheritdoc/>
public abstract record LedgerEntry<T>(DateTimeOffset Now, IdempotencyToken? Idempotency) : LedgerEntry(Now, Idempotency)
{
    /// <inheritdoc/>
    public override Type ResponseType => typeof(T);
}
