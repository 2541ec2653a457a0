using Entourage.Domain.Budgets;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>
/// The money path: usage, reservations and whatever ends them. It keeps every counter in the transaction of what it counts.
/// Many concurrent callers share one transaction; a lone caller waits for no timer.
/// </summary>
public interface IBudgetLedger
{
    /// <summary>Writes an entry. When this returns, its effect is on disk (rule 1).</summary>
    /// <exception cref="Errors.NotFoundException">There is no such session or reservation.</exception>
    /// <exception cref="Errors.BudgetExceededException">A hard budget refuses a reservation.</exception>
    /// <exception cref="Domain.RuleViolationException">The entry breaks another rule.</exception>
    /// <exception cref="Errors.IdempotencyKeyReusedException">Its key was used for another request.</exception>
    /// <exception cref="Errors.StoreUnavailableException">The store cannot be reached, or too many callers wait already.</exception>
    Task<LedgerAnswer<T>> WriteAsync<T>(LedgerEntry<T> entry, CancellationToken cancellationToken);

    /// <summary>Writes entries in one transaction, each accepted or refused on its own.</summary>
    /// <returns>What became of each, in their order.</returns>
    /// <exception cref="Errors.StoreUnavailableException">The store cannot be reached, or too many callers wait already.</exception>
    Task<IReadOnlyList<LedgerOutcome>> WriteAsync(IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken);

    /// <summary>Reads every budget that applies to some work, what its counter says, and what else stops it.</summary>
    /// <exception cref="Errors.NotFoundException">There is no such agent, or no such task in its team.</exception>
    Task<BudgetStanding> ReadAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>The ledger's answer to an entry.</summary>
/// <param name="Response">What the caller is told.</param>
/// <param name="Replayed">Whether it was told so before, under the same key; then nothing was written now.</param>
public sealed record LedgerAnswer<T>(T Response, bool Replayed);

/// <summary>What became of one entry: a response, or the reason why it alone was refused.</summary>
/// <param name="Response">The response, of the type that its entry names; null where it was refused.</param>
/// <param name="Replayed">Whether the response was given before, under the same key. Then nothing was written.</param>
/// <param name="Refusal">Why nothing was written; null where the entry was accepted.</param>
public sealed record LedgerOutcome(object? Response, bool Replayed, Exception? Refusal)
{
    /// <summary>An entry that changes the ledger.</summary>
    public static LedgerOutcome Accepted(object response) => new(response, false, null);

    /// <summary>An entry that was accepted before.</summary>
    public static LedgerOutcome Replay(object response) => new(response, true, null);

    /// <summary>An entry that changes nothing.</summary>
    public static LedgerOutcome Refused(Exception refusal) => new(null, false, refusal);
}

/// <summary>How some work stands.</summary>
/// <param name="Position">Every budget that applies, with what its counter says.</param>
/// <param name="Pauses">The pauses in force that stop it, the widest first.</param>
/// <param name="WasKilled">Its agent has no active session, and its newest was killed a short while ago.</param>
public sealed record BudgetStanding(BudgetPosition Position, IReadOnlyList<PauseInForce> Pauses, bool WasKilled);

/// <summary>Whose budgets to read.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task; null takes that of the session, if there is one.</param>
/// <param name="Session">Which of the agent's sessions.</param>
public sealed record BudgetSubject(Guid AgentId, long? TaskId, SessionChoice Session);

/// <summary>Which session's cap counts besides those of agent, team and organisation.</summary>
/// <param name="UseNewestActive">Take the newest active session of the agent, and its task where none is named.</param>
/// <param name="Path">Else this session and its ancestors; empty for none.</param>
public sealed record SessionChoice(bool UseNewestActive, IReadOnlyList<long> Path)
{
    /// <summary>The agent's newest active session, if it has one.</summary>
    public static readonly SessionChoice NewestActive = new(true, []);

    /// <summary>A session, followed by its ancestors.</summary>
    public static SessionChoice Of(IReadOnlyList<long> path) => new(false, path);
}
