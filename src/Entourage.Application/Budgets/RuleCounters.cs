using System.Globalization;
using Entourage.Application.Abstractions;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Budgets;

/// <summary>
/// Counts what a rule limits anew, from usage and live reservations. From then on the ledger keeps its counters. The transaction must have locked the
/// organisation and have saved the rule.
/// </summary>
internal sealed class RuleCounters(IEntourageDb db, TimeProvider time)
{
    /// <summary>Replaces the counters of a rule by what was spent since it counts, and by what is reserved.</summary>
    public async Task CountAsync(BudgetRule rule, CancellationToken cancellationToken)
    {
        await DeleteAsync(rule.Id, cancellationToken);
        var followsAgent = rule.FollowsAgent;
        var teams = await db.Teams.AsNoTracking()
            .Where(team => team.OrganisationId == rule.OrganisationId && (rule.TeamId == null || followsAgent || team.Id == rule.TeamId))
            .ToDictionaryAsync(team => team.Id, cancellationToken);
        var sums = new CounterSums();
        if (rule.IsRate)
        {
            await SpendInRatesAsync(rule, teams, sums, cancellationToken);
        }
        else
        {
            await SpendAsync(rule, teams, sums, cancellationToken);
        }

        await ReserveAsync(rule, teams, sums, cancellationToken);
        db.BudgetCounters.AddRange(sums.Windows
            .Where(sum => sum.Key.Scope == BudgetScope.Rule && sum.Value != default)
            .Select(sum => BudgetCounter.Create(sum.Key, sum.Value)));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Deletes the counters of a rule.</summary>
    public Task<int> DeleteAsync(long ruleId, CancellationToken cancellationToken) => Of(db, ruleId).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Deletes the counters of a rule in one unit.</summary>
    public Task<int> DeleteAsync(long ruleId, BudgetUnit unit, CancellationToken cancellationToken)
    {
        var beginning = RuleWindows.BeginningOf(ruleId, unit);
        return Of(db, ruleId).Where(counter => counter.ScopeId.StartsWith(beginning)).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>The counters of a rule.</summary>
    public static IQueryable<BudgetCounter> Of(IEntourageDb db, long ruleId)
    {
        var (least, end) = (RuleWindows.LeastId(ruleId), RuleWindows.EndId(ruleId));
        return db.BudgetCounters
            .Where(counter => counter.Scope == BudgetScope.Rule && string.Compare(counter.ScopeId, least) >= 0 && string.Compare(counter.ScopeId, end) < 0);
    }

    private async Task SpendAsync(BudgetRule rule, IReadOnlyDictionary<Guid, Team> teams, CounterSums sums, CancellationToken cancellationToken)
    {
        var labelSets = rule.Scope == BudgetScope.Label
            ? await db.ReadLabelSetsAsync(rule.OrganisationId, Label.Parse(rule.Match).Key, cancellationToken)
            : new Dictionary<long, LabelSet>();
        var rows = from rollup in RollupsOf(rule, teams.Keys)
                   join session in CountedSession.Of(db) on rollup.SessionId equals session.Id
                   select new { Rollup = rollup, Session = session };
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var policy = row.Session.PolicyUnder(rule, teams) with
            {
                Model = row.Rollup.Model,
                Labels = labelSets.GetValueOrDefault(row.Rollup.LabelSetId, LabelSet.None),
            };
            sums.Spend(policy, row.Rollup.QuarterAt, row.Rollup.Cost, row.Rollup.Sum.Tokens.OfAllClasses);
        }
    }

    /// <summary>The rollups that a rule may count. Those of other tasks and sessions are left out later.</summary>
    private IQueryable<UsageRollup> RollupsOf(BudgetRule rule, IEnumerable<Guid> teams)
    {
        var (teamIds, since) = (teams.ToArray(), SinceOf(rule));
        var rollups = db.UsageRollups.AsNoTracking().Where(rollup => teamIds.Contains(rollup.TeamId) && rollup.QuarterAt >= since);
        switch (rule.Scope)
        {
            case BudgetScope.Agent when !rule.IsForEach:
                var agent = Guid.Parse(rule.Match);
                return rollups.Where(rollup => db.Sessions.Any(session => session.Id == rollup.SessionId && session.AgentId == agent));
            case BudgetScope.Task when !rule.IsForEach:
                var task = long.Parse(rule.Match, CultureInfo.InvariantCulture);
                return rollups.Where(rollup => db.Sessions.Any(session => session.Id == rollup.SessionId && session.TaskId == task));
            case BudgetScope.Session when !rule.IsForEach:
                var top = long.Parse(rule.Match, CultureInfo.InvariantCulture);
                return rollups.Where(rollup => rollup.SessionId >= top);
            case BudgetScope.Label:
                var (organisation, label) = (rule.OrganisationId, Label.Parse(rule.Match));
                var value = rule.IsForEach ? null : label.Value;
                return rollups.Where(rollup => db.LabelSets.Any(member =>
                    member.OrganisationId == organisation && member.LabelSetId == rollup.LabelSetId && member.Key == label.Key && (value == null || member.Value == value)));
            default:
                return rollups;
        }
    }

    private async Task SpendInRatesAsync(BudgetRule rule, IReadOnlyDictionary<Guid, Team> teams, CounterSums sums, CancellationToken cancellationToken)
    {
        // The records are found by their sessions, because they have no index by time.
        var (teamIds, since) = (teams.Keys.ToArray(), SinceOf(rule));
        var quarter = UsageRollup.QuarterOf(since);
        var sessionIds = db.UsageRollups.Where(rollup => teamIds.Contains(rollup.TeamId) && rollup.QuarterAt >= quarter).Select(rollup => rollup.SessionId).Distinct();
        var rows = from record in db.UsageRecords.AsNoTracking()
                   join session in CountedSession.Of(db) on record.SessionId equals session.Id
                   where sessionIds.Contains(record.SessionId) && record.OccurredAt >= since
                   select new { Record = record, Session = session };
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var sum = Domain.Costs.UsageSum.Of(row.Record);
            var policy = row.Session.PolicyUnder(rule, teams).ForCall(row.Record.Model, row.Record.Labels);
            sums.SpendInRates(policy, row.Record.OccurredAt, sum.Cost, sum.Tokens.OfAllClasses);
        }
    }

    /// <summary>When the first window that is kept began (UTC). Old windows of short periods are purged.</summary>
    private DateTimeOffset SinceOf(BudgetRule rule)
    {
        var kept = new DateTimeOffset(RuleWindows.FirstKept(rule.Period, time.GetUtcNow()).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        return kept > rule.CountsFrom ? kept : rule.CountsFrom;
    }

    private async Task ReserveAsync(BudgetRule rule, IReadOnlyDictionary<Guid, Team> teams, CounterSums sums, CancellationToken cancellationToken)
    {
        var teamIds = teams.Keys.ToArray();
        var rows = from reservation in db.Reservations.AsNoTracking()
                   join session in CountedSession.Of(db) on reservation.SessionId equals session.Id
                   where teamIds.Contains(session.TeamId) && reservation.EndedAt == null
                   select new { Reservation = reservation, Session = session };
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            sums.Reserve(row.Session.PolicyUnder(rule, teams), row.Reservation);
        }
    }

    /// <summary>The columns of a session that decide whether a rule counts it.</summary>
    private sealed record CountedSession
    {
        public required long Id { get; init; }

        public required Guid TeamId { get; init; }

        public required Guid AgentId { get; init; }

        public required long? TaskId { get; init; }

        public required IReadOnlyList<long> Ancestors { get; init; }

        public required string? Model { get; init; }

        public required LabelSet Labels { get; init; }

        public static IQueryable<CountedSession> Of(IEntourageDb db) => db.Sessions.Select(session => new CountedSession
        {
            Id = session.Id,
            TeamId = session.TeamId,
            AgentId = session.AgentId,
            TaskId = session.TaskId,
            Ancestors = session.Ancestors,
            Model = session.Model,
            Labels = session.Labels,
        });

        public BudgetPolicy PolicyUnder(BudgetRule rule, IReadOnlyDictionary<Guid, Team> teams) =>
            BudgetPolicy.ForWindows(teams[TeamId], AgentId, TaskId, [Id, .. Ancestors], Model, Labels) with { Rules = [rule] };
    }
}
