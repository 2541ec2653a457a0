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
    /// <param name="ruleLists">The budget rules of the organisations.</param>
    /// <param name="subject">The agent, its task and its session.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <exception cref="NotFoundException">There is no such agent, or no such task in its team.</exception>
    public static async Task<StandingReading> ReadAsync(ILedgerReader store, BudgetRuleLists ruleLists, BudgetSubject subject, DateTimeOffset now)
    {
        var (work, rules) = await ReadWorkAsync(store, ruleLists, subject, now);
        var budgets = work.Policy.BudgetsAt(now);
        var stored = await store.SpendingAsync(Budget.WindowsOf(budgets));
        var counters = await WithoutExpiredAsync(store, rules, stored, work.Policy.OrganisationId, now);
        return new(work, stored, work.StandingAt(now, new([.. budgets.Select(budget => budget.With(counters))])));
    }

    private static async Task<(BudgetedWork Work, BudgetRuleList Rules)> ReadWorkAsync(
        ILedgerReader store, BudgetRuleLists ruleLists, BudgetSubject subject, DateTimeOffset now)
    {
        var useNewest = subject.Session.UseNewestActive;
        var found = await store.FindAsync(subject, now - SessionState.KillReportedFor)
            ?? throw new NotFoundException("agent", subject.AgentId);
        var path = useNewest ? found.NewestSessionPath : subject.Session.Path;
        var task = subject.TaskId is { } taskId
            ? await store.FindTaskAsync(taskId, found.Policy.TeamId) ?? throw new NotFoundException("task", taskId)
            : useNewest ? found.NewestSessionTask : null;
        var ancestors = path.Count > 1 ? await store.FindAgentsAsync([.. path.Skip(1)]) : [];
        var rules = await ruleLists.GetAsync(found.Policy.OrganisationId, found.OrganisationVersion, store);
        var work = new BudgetedWork(
            rules.ApplyTo(found.Policy with { Task = task, SessionPath = path }),
            found.Pauses,
            [.. ancestors.Select(session => session.Pause)],
            WasKilled: useNewest && path.Count == 0 && found.WasKilled);
        return (work, rules);
    }

    /// <summary>Subtracts expired reservations, which the ledger's next transaction will end.</summary>
    private static async Task<IReadOnlyDictionary<BudgetWindow, Spending>> WithoutExpiredAsync(
        ILedgerReader store, BudgetRuleList rules, IReadOnlyDictionary<BudgetWindow, Spending> stored, Guid organisationId, DateTimeOffset now)
    {
        var counters = stored.ToDictionary();
        foreach (var expired in await store.FindExpiredAsync([organisationId], now))
        {
            foreach (var (window, amount) in rules.ApplyTo(expired).Holds.Where(hold => counters.ContainsKey(hold.Window)))
            {
                counters[window] -= new Spending(Money.Zero, amount);
            }
        }

        return counters;
    }
}

/// <summary>The work of a budget check: what applies to it, without counters.</summary>
/// <param name="Policy">The caps.</param>
/// <param name="Pauses">The pauses of its organisation, team and agent, in force or not.</param>
/// <param name="AncestorPauses">The pauses of the agents of its ancestor sessions.</param>
/// <param name="WasKilled">See <see cref="BudgetStanding.WasKilled"/>.</param>
internal sealed record BudgetedWork(BudgetPolicy Policy, LedgerPauses Pauses, IReadOnlyList<Pause?> AncestorPauses, bool WasKilled)
{
    /// <summary>Whether a pause applies, in force or not.</summary>
    public bool HasPause => Pauses != default || AncestorPauses.Any(pause => pause is not null);

    /// <summary>The result of the check.</summary>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="position">The budgets with their counters.</param>
    public BudgetStanding StandingAt(DateTimeOffset now, BudgetPosition position) => new(
        position,
        HasPause ? PauseInForce.Of(Pauses.Organisation, Pauses.Team, AncestorPauses.Prepend(Pauses.Agent), now) : [],
        WasKilled);
}

/// <summary>A budget check with the rows that it has read.</summary>
/// <param name="Work">The work.</param>
/// <param name="Counters">The counters of its budgets as they are stored. A window without a counter is missing.</param>
/// <param name="Standing">The result.</param>
internal sealed record StandingReading(BudgetedWork Work, IReadOnlyDictionary<BudgetWindow, Spending> Counters, BudgetStanding Standing);
