using Entourage.Application.Abstractions;
using Entourage.Application.Events;
using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Events;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>
/// Handles lines that a change other than a usage crosses: a new limit, threshold or time zone, or a repaired counter. Alerts, events and kills are
/// written in the transaction of the change, as if a usage had crossed the lines (rule 15). A later usage does not cross them again.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="killer">Kills sessions.</param>
/// <param name="time">The clock.</param>
internal sealed class CrossedLines(IEntourageDb db, ISessionKiller killer, TimeProvider time)
{
    /// <summary>
    /// Reads the affected budgets before the change is saved. The transaction must have locked the organisation, so that no usage is counted until it
    /// ends.
    /// </summary>
    public Task<BudgetSnapshot> BeginAsync(BudgetReach reach, CancellationToken cancellationToken) =>
        BudgetSnapshot.ReadAsync(db, reach, time.GetUtcNow(), cancellationToken);

    /// <summary>Raises the alerts and events of the lines that the saved change crossed, kills sessions whose cap it exhausted, and saves.</summary>
    /// <param name="before">The budgets before the change.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
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
            var subject = AlertSubject.Of(budget.Status.Budget, key.TeamId);
            if (BudgetDetectors.Crossed(was, budget) is { } crossed)
            {
                alerts.Add((Alert.Raise(crossed, subject, now), budget.Status));
            }

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

        var reported = await RaiseAsync(alerts, cancellationToken);

        // A cap that only observed may have been reached before. People have their alert then, but agents still have to learn that it refuses now.
        db.Events.AddRange(refusing.Where(row => !reported.Contains((row.TeamId, row.Budget.Budget.Window))).Select(row => EventOf(row.TeamId, row.Budget, now)));
        await db.SaveChangesAsync(cancellationToken);
        foreach (var team in killing.GroupBy(row => row.TeamId, row => row.Window))
        {
            await killer.KillAsync(before.Reach.OrganisationId, team.Key, [.. team], now, cancellationToken);
        }
    }

    /// <summary>Adds the alerts that are not raised yet, with their events.</summary>
    /// <returns>The budgets for which an event was added.</returns>
    private async Task<HashSet<(Guid TeamId, BudgetWindow Window)>> RaiseAsync(
        IReadOnlyList<(Alert Alert, BudgetStatus? Budget)> alerts, CancellationToken cancellationToken)
    {
        var reported = new HashSet<(Guid, BudgetWindow)>();
        foreach (var chunk in alerts.Chunk(500))
        {
            var teamIds = chunk.Select(row => row.Alert.TeamId).Distinct().ToArray();
            var causes = chunk.Select(row => row.Alert.Cause).Distinct(StringComparer.Ordinal).ToArray();
            var known = (await db.Alerts.AsNoTracking()
                    .Where(alert => teamIds.Contains(alert.TeamId) && causes.Contains(alert.Cause))
                    .ToListAsync(cancellationToken))
                .Select(alert => alert.Key)
                .ToHashSet();
            foreach (var (alert, budget) in chunk.Where(row => !known.Contains(row.Alert.Key)))
            {
                db.Alerts.Add(alert);
                db.Events.Add(TeamEventFactory.Of(alert));
                if (budget is not null)
                {
                    db.Events.Add(TeamEventFactory.Of(budget, alert));
                    reported.Add((alert.TeamId, budget.Budget.Window));
                }
            }
        }

        return reported;
    }

    private static TeamEvent EventOf(Guid teamId, BudgetStatus budget, DateTimeOffset now)
    {
        var subject = AlertSubject.Of(budget.Budget, teamId);
        return TeamEventFactory.Of(EventKind.Budget, teamId, subject.AgentId, subject.SessionId, BudgetStatusResponse.From(budget), now);
    }
}
