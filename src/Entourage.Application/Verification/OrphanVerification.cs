using System.Globalization;
using Entourage.Application.Abstractions;
using Entourage.Domain.Budgets;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Verification;

/// <summary>Finds rows that belong to no existing organisation. The rows of an organisation are verified with it.</summary>
internal sealed class OrphanVerification(IEntourageDb db, VerificationFindings findings, TotalsRepair? repair)
{
    // The most keys in one query.
    private const int BatchSize = 500;

    // The most missing sessions, teams or organisations to report. Each stands for all of its rows.
    private const int MaxReported = 100;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await FindLostTeamsAsync(cancellationToken);
        await FindLostSessionsAsync("Usage records", db.UsageRecords.Select(record => record.SessionId), cancellationToken);
        await FindLostSessionsAsync("Rows of compacted usage", db.CompactedUsages.Select(sum => sum.SessionId), cancellationToken);
        await FindLostSessionsAsync(
            "Live reservations", db.Reservations.Where(reservation => reservation.EndedAt == null).Select(reservation => reservation.SessionId), cancellationToken);
        await CompareCountersAsync(cancellationToken);
        await CompareSummariesAsync(cancellationToken);
    }

    private async Task FindLostTeamsAsync(CancellationToken cancellationToken)
    {
        foreach (var team in await db.Teams
            .Where(team => !db.Organisations.Any(organisation => organisation.Id == team.OrganisationId))
            .Select(team => new { team.Id, team.OrganisationId })
            .Take(MaxReported).ToListAsync(cancellationToken))
        {
            findings.AddProblem($"Team {team.Id} belongs to organisation {team.OrganisationId}, which does not exist. Its totals were not verified.");
        }

        foreach (var session in await db.Sessions
            .Where(session => !db.Teams.Any(team => team.Id == session.TeamId))
            .Select(session => new { session.Id, session.TeamId })
            .Take(MaxReported).ToListAsync(cancellationToken))
        {
            findings.AddProblem($"Session {session.Id} belongs to team {session.TeamId}, which does not exist. Its totals were not verified.");
        }

        foreach (var rollup in await db.UsageRollups
            .Where(rollup => !db.Teams.Any(team => team.Id == rollup.TeamId))
            .Select(rollup => new { rollup.SessionId, rollup.TeamId })
            .Distinct().Take(MaxReported).ToListAsync(cancellationToken))
        {
            findings.AddProblem($"Rollups of session {rollup.SessionId} belong to team {rollup.TeamId}, which does not exist.");
        }
    }

    private async Task FindLostSessionsAsync(string rows, IQueryable<long> sessionIds, CancellationToken cancellationToken)
    {
        foreach (var missing in await sessionIds
            .Where(id => !db.Sessions.Any(session => session.Id == id))
            .GroupBy(id => id)
            .Select(group => new { Id = group.Key, Rows = group.Count() })
            .OrderBy(group => group.Id)
            .Take(MaxReported).ToListAsync(cancellationToken))
        {
            findings.AddProblem($"Session {missing.Id} does not exist, and no total counts its rows. {rows}: {missing.Rows}.");
        }
    }

    /// <summary>Reports counters of scopes that do not exist. Nothing can be counted in them.</summary>
    private async Task CompareCountersAsync(CancellationToken cancellationToken)
    {
        // These scopes are few. Sessions and tasks are looked up in batches.
        var known = new Dictionary<BudgetScope, HashSet<string>>
        {
            [BudgetScope.Organisation] = await TextsAsync(db.Organisations.Select(organisation => organisation.Id)),
            [BudgetScope.Team] = await TextsAsync(from team in db.Teams join organisation in db.Organisations on team.OrganisationId equals organisation.Id select team.Id),
            [BudgetScope.Agent] = await TextsAsync(from agent in db.Agents join team in db.Teams on agent.TeamId equals team.Id select agent.Id),
        };
        var rules = (await db.BudgetRules.Select(rule => rule.Id).ToListAsync(cancellationToken)).ToHashSet();
        var lost = new List<BudgetCounter>();
        var batch = new List<BudgetCounter>(BatchSize);
        var all = db.BudgetCounters.AsNoTracking().OrderBy(counter => counter.Scope).ThenBy(counter => counter.ScopeId);
        await foreach (var counter in all.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (counter.Scope == BudgetScope.Rule)
            {
                if (RuleWindows.RuleOf(counter.ScopeId) is not { } id || !rules.Contains(id))
                {
                    lost.Add(counter);
                }

                continue;
            }

            if (known.TryGetValue(counter.Scope, out var ids))
            {
                if (!ids.Contains(counter.ScopeId))
                {
                    lost.Add(counter);
                }

                continue;
            }

            batch.Add(counter);
            if (batch.Count == BatchSize)
            {
                lost.AddRange(await LostAsync(batch, cancellationToken));
                batch.Clear();
            }
        }

        foreach (var counter in lost.Concat(await LostAsync(batch, cancellationToken)))
        {
            var window = counter.Window;
            findings.Compare($"counter of {window}", counter.Spending, default, counter.Spending == default, () => repair?.Set(window, default, isNew: false));
        }

        async Task<HashSet<string>> TextsAsync(IQueryable<Guid> ids) =>
            (await ids.ToListAsync(cancellationToken)).Select(BudgetWindow.IdOf).ToHashSet(StringComparer.Ordinal);
    }

    private async Task<IReadOnlyList<BudgetCounter>> LostAsync(List<BudgetCounter> batch, CancellationToken cancellationToken)
    {
        var sessionIds = IdsOf(BudgetScope.Session);
        var taskIds = IdsOf(BudgetScope.Task);
        var sessions = sessionIds.Length == 0 ? [] : await db.Sessions.Where(session => sessionIds.Contains(session.Id)).Select(session => session.Id).ToListAsync(cancellationToken);
        var tasks = taskIds.Length == 0 ? [] : await db.Tasks.Where(task => taskIds.Contains(task.Id)).Select(task => task.Id).ToListAsync(cancellationToken);
        var known = sessions.Select(id => (BudgetScope.Session, BudgetWindow.IdOf(id))).Concat(tasks.Select(id => (BudgetScope.Task, BudgetWindow.IdOf(id)))).ToHashSet();
        return [.. batch.Where(counter => !known.Contains((counter.Scope, counter.ScopeId)))];

        long[] IdsOf(BudgetScope scope) =>
        [
            .. batch.Where(counter => counter.Scope == scope)
                .Select(counter => long.TryParse(counter.ScopeId, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Distinct(),
        ];
    }

    /// <summary>Reports cost summaries of subjects that do not exist. No report would read them.</summary>
    private async Task CompareSummariesAsync(CancellationToken cancellationToken)
    {
        var lost = db.CostSummaries.AsNoTracking().Where(summary =>
            !db.Teams.Any(team => team.Id == summary.SubjectId) && !db.Organisations.Any(organisation => organisation.Id == summary.SubjectId));
        await foreach (var summary in lost.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            findings.Compare(
                summary.Key, summary.Amounts.ToSum(), default, summary.Amounts.ToSum() == default, () => repair?.Set(summary.Key, default, isNew: false));
        }
    }
}
