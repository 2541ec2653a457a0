using Entourage.Application.Budgets;
using Entourage.Application.Sessions;
using Entourage.Domain.Budgets;

namespace Entourage.Infrastructure.Ledger;

/// <summary>What callers are told, from the books.</summary>
internal static class LedgerAnswers
{
    /// <summary>A session, as it stands.</summary>
    public static SessionResponse OfSession(LedgerSession session, LedgerWorkingSet books, DateTimeOffset now) =>
        OfSession(session, books.PositionOf(books.BudgetsAt(session, now)), now);

    /// <summary>A session after a usage, and whether its agent must stop.</summary>
    /// <param name="record">The usage.</param>
    /// <param name="session">Its session.</param>
    /// <param name="books">The books.</param>
    /// <param name="trippedReasons">Why this very usage stopped something.</param>
    public static UsageResponse OfUsage(LedgerRecord record, LedgerSession session, LedgerWorkingSet books, IReadOnlyList<string> trippedReasons)
    {
        var now = record.Entry.Now;
        var position = books.PositionOf(books.BudgetsAt(session, now));
        var reasons = trippedReasons.Concat(books.PausesOf(session, now).Select(paused => StopReason.Of(paused.Scope)));
        var budget = BudgetResponse.From(position, now, StopReason.Of(session.State.Status) is { } ended ? reasons.Append(ended) : reasons);
        return new(OfSession(session, position, now), record.Entry.RecordId, record.CostSource, record.IsEstimated, record.Overrun, budget);
    }

    private static SessionResponse OfSession(LedgerSession session, BudgetPosition position, DateTimeOffset now) => new()
    {
        Id = session.Id,
        AgentId = session.Policy.AgentId,
        AgentName = session.AgentName,
        TaskId = session.Policy.Task?.TaskId,
        TaskTitle = session.TaskTitle,
        Model = session.Model,
        Status = session.State.Status,
        StartedAt = session.StartedAt,
        EndedAt = session.State.EndedAt,
        DurationMinutes = SessionResponse.MinutesOf(session.StartedAt, session.State.EndedAt, now),
        InputTokens = session.Tokens.Input,
        OutputTokens = session.Tokens.Output,
        CacheReadTokens = session.Tokens.CacheRead,
        CacheWriteTokens = session.Tokens.CacheWrite,
        CostUsd = session.Cost,
        // The first of its path is the session itself.
        TreeCostUsd = position.Budgets.First(budget => budget.Budget.Window.Scope == BudgetScope.Session).Spending.Spent,
        ImputedCostUsd = session.ImputedCost,
        ReservedUsd = session.Reserved,
        ParentSessionId = session.ParentSessionId,
        Error = session.State.Error,
    };
}
