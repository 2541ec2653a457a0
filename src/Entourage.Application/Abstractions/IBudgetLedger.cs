using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Abstractions;

/// <summary>
/// The money path: takes usage and keeps every counter in the usage's own transaction. Many concurrent callers share one
/// transaction; a lone caller waits for no timer.
/// </summary>
public interface IBudgetLedger
{
    /// <summary>Records a usage. When this returns, the usage is on disk (rule 1).</summary>
    /// <exception cref="Errors.NotFoundException">There is no such session.</exception>
    /// <exception cref="Errors.IdempotencyKeyReusedException">Its key was used for another request.</exception>
    /// <exception cref="Errors.StoreUnavailableException">Nothing was recorded: the store cannot be reached, or too many callers wait already.</exception>
    Task<RecordedUsage> RecordAsync(UsageEntry entry, CancellationToken cancellationToken);

    /// <summary>Reads every budget that applies to some work, and what its counter says.</summary>
    /// <exception cref="Errors.NotFoundException">There is no such agent, or no such task in its team.</exception>
    Task<BudgetPosition> ReadAsync(BudgetSubject subject, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>A usage on its way into the ledger. Its id is made before the transaction, so that a repeated attempt is recognised.</summary>
/// <param name="RecordId">The id of the usage record to be.</param>
/// <param name="SessionId">The session that used it.</param>
/// <param name="Tokens">What it used.</param>
/// <param name="ReportedCost">The cost (USD) as the caller states it; null when it does not know.</param>
/// <param name="Model">The model; the session's when null.</param>
/// <param name="OccurredAt">When the money was spent (UTC).</param>
/// <param name="RecordedAt">The present (UTC).</param>
/// <param name="Error">The error of a failed call.</param>
/// <param name="Billing">How it is paid for.</param>
/// <param name="Idempotency">The caller's key, if it gave one.</param>
public sealed record UsageEntry(
    Guid RecordId,
    long SessionId,
    TokenCounts Tokens,
    Money? ReportedCost,
    string? Model,
    DateTimeOffset OccurredAt,
    DateTimeOffset RecordedAt,
    string? Error,
    Billing Billing,
    IdempotencyToken? Idempotency);

/// <summary>The ledger's answer to a usage.</summary>
/// <param name="Response">What the caller is told.</param>
/// <param name="Replayed">Whether it was told so before, under the same key; then nothing was recorded now.</param>
public sealed record RecordedUsage(UsageResponse Response, bool Replayed);

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

/// <summary>Every budget that applies to some work, capped or not, at one moment.</summary>
/// <param name="Budgets">Each budget with what its counter says, from the widest scope to the narrowest.</param>
public sealed record BudgetPosition(IReadOnlyList<BudgetStatus> Budgets)
{
    /// <summary>The hard budgets with nothing left, the one with the least remaining first.</summary>
    public IEnumerable<BudgetStatus> Refusing => Budgets.Where(budget => budget.Refuses).OrderBy(budget => budget.Remaining);
}
