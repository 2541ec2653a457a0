using Entourage.Application.Abstractions;
using Entourage.Application.Events;
using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>
/// Follows up on a change that may cross lines of budgets without a usage: a limit, a threshold, a time zone, a repaired counter. Alerts, events and
/// kills come in the change's own transaction, as if a usage had crossed the lines (rule 15), and once: a later usage does not cross them again.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="killer">Kills sessions.</param>
/// <param name="time">The clock.</param>
internal sealed class CrossedLines(IEntourageDb db, ISessionKiller killer, TimeProvider time)
{
    /// <summary>Reads the budgets that a change reaches, before it is saved. Holds the organisation, so that no usage is counted until the transaction ends.</summary>
    public async Task<BudgetSnapshot> BeginAsync(BudgetReach reach, CancellationToken cancellationToken)
    {
        await db.LockOrganisationAsync(reach.OrganisationId, cancellationToken);
        return await BudgetSnapshot.ReadAsync(db, reach, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>Tells what the change has crossed, and kills what it has exhausted. The change is saved, and so is this.</summary>
    /// <param name="before">The budgets before the change.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public async Task FollowAsync(BudgetSnapshot before, CancellationToken cancellationToken)
    {
        var now = before.At;
        var after = await BudgetSnapshot.ReadAsync(db, before.Reach, now, cancellationToken);
        var alerts = new List<(Alert Alert, BudgetStatus? Budget)>();
        var refusing = new List<(Guid TeamId, BudgetStatus Budget)>();
        var killing = new List<(Guid TeamId, BudgetWindow Window)>();
        foreach (var (key, budget) in after.Budgets)
        {
            var was = before.Budgets.GetValueOrDefault(key);
            var subject = AlertSubject.Of(budget.Status.Budget.Window, key.TeamId);
            alerts.AddRange(BudgetDetectors.Crossed(was, budget).Select(found => (Alert.Raise(found, subject, now), (BudgetStatus?)budget.Status)));
            if (budget.BeginsToRefuse(was))
            {
                refusing.Add((key.TeamId, budget.Status));
            }

            if (budget.BeginsToKill(was))
            {
                killing.Add((key.TeamId, budget.Status.Budget.Window));
            }
        }

        foreach (var (id, task) in after.Tasks)
        {
            var was = before.Tasks.GetValueOrDefault(id);
            if (BudgetDetectors.RedFlag(was?.Task, was?.Spent ?? task.Spent, task.Task, task.Spent) is { } redFlag)
            {
                alerts.Add((Alert.Raise(redFlag, new(task.TeamId, TaskId: id), now), null));
            }
        }

        var told = await RaiseAsync(alerts, cancellationToken);

        // A cap that was reached before, as one that only watches, is no news to people; that it refuses now is to agents.
        db.Events.AddRange(refusing.Where(row => !told.Contains((row.TeamId, row.Budget.Budget.Window))).Select(row => EventOf(row.TeamId, row.Budget, now)));
        await db.SaveChangesAsync(cancellationToken);
        foreach (var team in killing.GroupBy(row => row.TeamId, row => row.Window))
        {
            await killer.KillAsync(before.Reach.OrganisationId, team.Key, [.. team], now, cancellationToken);
        }
    }

    /// <summary>Adds those alerts that there are none of yet, and their events.</summary>
    /// <returns>The budgets that have an event now.</returns>
    private async Task<HashSet<(Guid TeamId, BudgetWindow Window)>> RaiseAsync(
        IReadOnlyList<(Alert Alert, BudgetStatus? Budget)> alerts, CancellationToken cancellationToken)
    {
        var told = new HashSet<(Guid, BudgetWindow)>();
        foreach (var some in alerts.Chunk(500))
        {
            var teamIds = some.Select(row => row.Alert.TeamId).Distinct().ToArray();
            var causes = some.Select(row => row.Alert.Cause).Distinct(StringComparer.Ordinal).ToArray();
            var known = (await db.Alerts.AsNoTracking()
                    .Where(alert => teamIds.Contains(alert.TeamId) && causes.Contains(alert.Cause))
                    .ToListAsync(cancellationToken))
                .Select(alert => alert.Key)
                .ToHashSet();
            foreach (var (alert, budget) in some.Where(row => !known.Contains(row.Alert.Key)))
            {
                db.Alerts.Add(alert);
                db.Events.Add(TeamEventFactory.Of(alert));
                if (budget is not null)
                {
                    db.Events.Add(TeamEventFactory.Of(budget, alert));
                    told.Add((alert.TeamId, budget.Budget.Window));
                }
            }
        }

        return told;
    }

    private static TeamEvent EventOf(Guid teamId, BudgetStatus budget, DateTimeOffset now)
    {
        var subject = AlertSubject.Of(budget.Budget.Window, teamId);
        return TeamEventFactory.Of(EventKind.Budget, teamId, subject.AgentId, subject.SessionId, BudgetStatusResponse.From(budget), now);
    }
}
