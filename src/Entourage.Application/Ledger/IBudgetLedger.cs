using Entourage.Domain.Budgets;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>
/// Writes usages, reservations, starts, ends, kills and pauses, together with every counter that they change. Concurrent callers share a transaction. A lone
/// caller's transaction begins at once.
/// </summary>
public interface IBudgetLedger
{
    /// <summary>Writes an entry. When this returns, the entry is on disk (rule 1).</summary>
    /// <exception cref="Errors.NotFoundException">A row that it names does not exist.</exception>
    /// <exception cref="Errors.ForbiddenException">Its caller may not name such a row.</exception>
    /// <exception cref="Errors.BudgetExceededException">A hard budget refuses a start or a reservation.</exception>
    /// <exception cref="Errors.ConflictException">A pause or an unfinished task refuses it.</exception>
    /// <exception cref="Errors.InvalidInputException">Two rows that it names do not fit together.</exception>
    /// <exception cref="Domain.RuleViolationException">The entry breaks another rule.</exception>
    /// <exception cref="Errors.IdempotencyKeyReusedException">Its key was used for another request.</exception>
    /// <exception cref="Errors.StoreUnavailableException">The store cannot be reached or cannot write, or the queue is full.</exception>
    Task<LedgerAnswer<T>> WriteAsync<T>(LedgerEntry<T> entry, CancellationToken cancellationToken);

    /// <summary>Writes entries in one transaction, each accepted or refused on its own.</summary>
    /// <returns>An outcome for each entry, in the same order.</returns>
    /// <exception cref="Errors.StoreUnavailableException">The store cannot be reached or cannot write, or the queue is full.</exception>
    Task<IReadOnlyList<LedgerOutcome>> WriteAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken);

    /// <summary>Reads every budget that applies to some work, with its counter, and the pauses that stop it.</summary>
    /// <exception cref="Errors.NotFoundException">There is no such agent, or no such task in its team.</exception>
    Task<BudgetStanding> ReadAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>The response to an accepted entry.</summary>
/// <param name="Response">The response.</param>
/// <param name="Replayed">Whether it is the stored response of an earlier request with the same key. Then nothing was written.</param>
public sealed record LedgerAnswer<T>(T Response, bool Replayed);

/// <summary>The outcome of one entry: a response or a refusal.</summary>
/// <param name="Response">The response, of the entry's <see cref="LedgerEntry.ResponseType"/>; null if the entry was refused.</param>
/// <param name="Replayed">Whether the response is the stored one of an earlier request with the same key. Then nothing was written.</param>
/// <param name="Refusal">The reason for the refusal; null if the entry was accepted.</param>
public sealed record LedgerOutcome(object? Response, bool Replayed, Exception? Refusal)
{
    /// <summary>The outcome of an accepted entry.</summary>
    public static LedgerOutcome Accepted(object response) => new(response, false, null);

    /// <summary>The outcome of an entry that was accepted before.</summary>
    public static LedgerOutcome Replay(object response) => new(response, true, null);

    /// <summary>The outcome of a refused entry, which changes nothing.</summary>
    public static LedgerOutcome Refused(Exception refusal) => new(null, false, refusal);
}

/// <summary>The budgets and pauses that apply to some work.</summary>
/// <param name="Position">Every budget that applies, with its counter.</param>
/// <param name="Pauses">The pauses in force that stop it, the widest first.</param>
/// <param name="WasKilled">Whether its agent has no active session and its newest session was killed recently.</param>
public sealed record BudgetStanding(BudgetPosition Position, IReadOnlyList<PauseInForce> Pauses, bool WasKilled);

/// <summary>The work whose budgets to read.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task; null for the session's task.</param>
/// <param name="Session">The session.</param>
public sealed record BudgetSubject(Guid AgentId, long? TaskId, SessionChoice Session);

/// <summary>The session of a budget check.</summary>
/// <param name="UseNewestActive">Whether to use the agent's newest active session, and that session's task unless a task is named.</param>
/// <param name="Path">The session and its ancestors, if the newest active session is not used; empty for none.</param>
public sealed record SessionChoice(bool UseNewestActive, IReadOnlyList<long> Path)
{
    /// <summary>The agent's newest active session.</summary>
    public static readonly SessionChoice NewestActive = new(true, []);

    /// <summary>A session and its ancestors.</summary>
    public static SessionChoice Of(IReadOnlyList<long> path) => new(false, path);
}
