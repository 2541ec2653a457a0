using Entourage.Application.Errors;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>Reads the budgets and pauses that apply to some work, without changing anything.</summary>
internal static class BudgetStandingReader
{
    /// <summary>Reads every budget that applies, with its counter, and the pauses and kills that stop the work.</summary>
    /// <param name="store">The store. On SQLite the reads share one snapshot; on SQL Server they do not.</param>
    /// <param name="subject">The agent, its task and its session.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <exception cref="NotFoundException">There is no such agent, or no such task in its team.</exception>
    public static async Task<BudgetStanding> ReadAsync(ILedgerReader store, BudgetSubject subject, DateTimeOffset now)
    {
        var found = await store.FindAsync(subject.AgentId, now - SessionState.KillReportedFor) ?? throw new NotFoundException("agent", subject.AgentId);
        var useNewest = subject.Session.UseNewestActive;
        var path = useNewest ? found.NewestSessionPath : subject.Session.Path;
        var task = subject.TaskId is { } taskId
            ? await store.FindTaskAsync(taskId, found.Policy.TeamId) ?? throw new NotFoundException("task", taskId)
            : useNewest ? found.NewestSessionTask : null;
        var budgets = (found.Policy with { Task = task, SessionPath = path }).BudgetsAt(now);
        var counters = await ReadCountersAsync(store, budgets, found.Policy.OrganisationId, now);
        var ancestors = path.Count > 1 ? await store.FindAgentsAsync([.. path.Skip(1)]) : [];
        var pauses = PauseInForce.Of(
            found.Pauses.Organisation, found.Pauses.Team, ancestors.Select(session => session.Pause).Prepend(found.Pauses.Agent), now);
        return new(new([.. budgets.Select(budget => budget.With(counters))]), pauses, WasKilled: useNewest && path.Count == 0 && found.WasKilled);
    }

    /// <summary>Reads the counters and subtracts expired reservations, which the ledger's next transaction will end.</summary>
    private static async Task<IReadOnlyDictionary<BudgetWindow, Spending>> ReadCountersAsync(
        ILedgerReader store, IReadOnlyList<Budget> budgets, Guid organisationId, DateTimeOffset now)
    {
        var counters = (await store.SpendingAsync(budgets.Select(budget => budget.Window).ToHashSet())).ToDictionary();
        foreach (var expired in await store.FindExpiredAsync([organisationId], now))
        {
            foreach (var window in expired.Windows.Where(counters.ContainsKey))
            {
                counters[window] -= new Spending(Money.Zero, expired.Reservation.Amount);
            }
        }

        return counters;
    }
}
