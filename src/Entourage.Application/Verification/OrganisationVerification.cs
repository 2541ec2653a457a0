using Entourage.Application.Abstractions;
using Entourage.Application.Budgets;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Verification;

/// <summary>
/// Verifies the totals of one organisation. It reads only this organisation's rows, so that damaged rows of another cannot interfere.
/// </summary>
internal sealed class OrganisationVerification(
    IEntourageDb db, Guid organisationId, string name, DateTimeOffset now, VerificationFindings findings, TotalsRepair? repair)
{
    // The most keys in one query.
    private const int BatchSize = 500;

    private readonly Dictionary<RollupKey, UsageSum> rollups = [];
    private readonly CounterSums counters = new();
    private readonly CostSummarySums summaries = new();
    private readonly LabelVerification labels = new(db, organisationId, name, findings, repair);
    private BudgetRuleList rules = BudgetRuleList.None;
    private HashSet<long> ruleIds = [];
    private bool hasRates;
    private Dictionary<Guid, Team> teams = [];
    private Dictionary<long, VerifiedSession> sessions = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        teams = await OwnTeams.AsNoTracking().ToDictionaryAsync(team => team.Id, cancellationToken);
        sessions = await VerifiedSession.Of(OwnSessions).ToDictionaryAsync(session => session.Id, cancellationToken);
        await ReadRulesAsync(cancellationToken);
        await ReadRecordsAsync(cancellationToken);
        await labels.CompareAsync(sessions.Values.Select(session => session.Labels), cancellationToken);
        var spent = SumTotals();
        await ReadReservationsAsync(cancellationToken);
        await CompareRollupsAsync(cancellationToken);
        foreach (var session in sessions.Values)
        {
            var expected = spent.GetValueOrDefault(session.Id);
            Compare($"session {session.Id}", session.Sum, expected, () => repair?.Set(session.Id, expected));
        }

        await CompareCountersAsync(cancellationToken);
        await CompareSummariesAsync(cancellationToken);
    }

    private IQueryable<Team> OwnTeams => db.Teams.Where(team => team.OrganisationId == organisationId);

    private IQueryable<Session> OwnSessions =>
        from session in db.Sessions
        join team in OwnTeams on session.TeamId equals team.Id
        select session;

    private async Task ReadRulesAsync(CancellationToken cancellationToken)
    {
        var found = await db.BudgetRules.AsNoTracking().Where(rule => rule.OrganisationId == organisationId).ToListAsync(cancellationToken);
        (rules, ruleIds, hasRates) = (new(found), [.. found.Select(rule => rule.Id)], found.Exists(rule => rule.IsRate));
    }

    private async Task ReadRecordsAsync(CancellationToken cancellationToken)
    {
        var ratesSince = RuleWindows.FirstChecked(BudgetPeriod.Minute, now).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        var records = from record in db.UsageRecords.AsNoTracking()
                      join session in OwnSessions on record.SessionId equals session.Id
                      select record;
        await foreach (var record in records.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            findings.Records++;
            var (sum, session) = (UsageSum.Of(record), sessions[record.SessionId]);
            var set = session.Labels.With(record.Labels);
            labels.Add(set);
            Add(session.Id, UsageRollup.QuarterOf(record.OccurredAt), record.Model, set.Id, sum);
            if (hasRates && record.OccurredAt >= ratesSince)
            {
                counters.SpendInRates(PolicyOf(session).ForCall(record.Model, record.Labels), record.OccurredAt, sum.Cost, sum.Tokens.OfAllClasses);
            }
        }

        var compacted = from sum in db.CompactedUsages.AsNoTracking()
                        join session in OwnSessions on sum.SessionId equals session.Id
                        select sum;
        await foreach (var sum in compacted.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            findings.Compacted += sum.Records;
            Add(sum.SessionId, sum.QuarterAt, sum.Model, sum.LabelSetId, sum.Amounts.ToSum());
        }

        void Add(long sessionId, DateTimeOffset quarterAt, string model, long labelSetId, UsageSum sum)
        {
            var key = new RollupKey(sessions[sessionId].TeamId, quarterAt, sessionId, model, labelSetId);
            rollups[key] = rollups.GetValueOrDefault(key) + sum;
        }
    }

    /// <summary>Derives the other totals from the rollups. Every window is a whole number of quarters of an hour.</summary>
    private Dictionary<long, UsageSum> SumTotals()
    {
        var spent = new Dictionary<long, UsageSum>();
        foreach (var (key, totals) in rollups)
        {
            spent[key.SessionId] = spent.GetValueOrDefault(key.SessionId) + (totals with { UnpricedTokens = 0, AssumedCost = MoneyTotal.Zero });
            var policy = PolicyOf(sessions[key.SessionId]);
            policy = policy.Rules.Count == 0 ? policy : policy with { Model = key.Model, Labels = labels.SetOf(key.LabelSetId) };
            counters.Spend(policy, key.QuarterAt, totals.Cost, totals.Tokens.OfAllClasses);
        }

        foreach (var session in sessions.Values)
        {
            var key = new RollupKey(session.TeamId, UsageRollup.QuarterOf(session.StartedAt), session.Id, session.Model ?? "", session.Labels.Id);
            rollups[key] = rollups.GetValueOrDefault(key) + new UsageSum { Sessions = 1 };
        }

        return spent;
    }

    private async Task ReadReservationsAsync(CancellationToken cancellationToken)
    {
        var live = from reservation in db.Reservations.AsNoTracking()
                   join session in OwnSessions on reservation.SessionId equals session.Id
                   where reservation.EndedAt == null
                   select reservation;
        await foreach (var reservation in live.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var session = sessions[reservation.SessionId];
            counters.Reserve(PolicyOf(session), reservation);
        }
    }

    private async Task CompareRollupsAsync(CancellationToken cancellationToken)
    {
        var stored = from rollup in db.UsageRollups.AsNoTracking()
                     join team in OwnTeams on rollup.TeamId equals team.Id
                     select rollup;
        await foreach (var rollup in stored.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var key = RollupKey.Of(rollup);
            if (!sessions.TryGetValue(rollup.SessionId, out var session))
            {
                findings.AddProblem($"{name}: {key} holds {rollup.Sum}, but the organisation has no session {rollup.SessionId}.");
                continue;
            }

            rollups.Remove(key, out var expected);
            var isWronglyMarked = rollup.IsSummarised && rollup.Sum.Agrees(expected) && !rollup.Summarised.ToSum().Agrees(rollup.Sum);
            if (isWronglyMarked)
            {
                // The missing amount would never be summarised. A repair clears the mark.
                Compare($"{key}, amount marked as summarised", rollup.Summarised.ToSum(), expected, () => repair?.Set(key, expected, isNew: false));
            }
            else
            {
                Compare(key, rollup.Sum, expected, () => repair?.Set(key, expected, isNew: false));
            }

            // The summaries must match what the rollups mark as summarised, even if a rollup is wrong: a repaired rollup is summarised again.
            var team = teams[rollup.TeamId];
            var origin = new CostOrigin(
                organisationId, team.Id, BudgetCalendar.Of(team.Timezone), session.AgentId, session.TaskId, rollup.Model, rollup.QuarterAt)
            {
                Labels = labels.SetOf(rollup.LabelSetId).Labels,
            };
            summaries.AddToTeam(origin, rollup.Summarised.ToSum());
            summaries.AddToOrganisation(origin, rollup.Summarised.ToSum());
        }

        foreach (var (key, expected) in rollups)
        {
            Compare(key, default, expected, () => repair?.Set(key, expected, isNew: true));
        }
    }

    private async Task CompareCountersAsync(CancellationToken cancellationToken)
    {
        var agents = await (from agent in db.Agents join team in OwnTeams on agent.TeamId equals team.Id select agent.Id).ToListAsync(cancellationToken);
        var tasks = await (from task in db.Tasks join team in OwnTeams on task.TeamId equals team.Id select task.Id).ToListAsync(cancellationToken);
        var expectedByWindow = counters.Windows.ToDictionary();
        await CompareAsync(BudgetScope.Organisation, [BudgetWindow.IdOf(organisationId)]);
        await CompareAsync(BudgetScope.Team, teams.Keys.Select(BudgetWindow.IdOf));
        await CompareAsync(BudgetScope.Agent, agents.Select(BudgetWindow.IdOf));
        await CompareAsync(BudgetScope.Task, tasks.Select(BudgetWindow.IdOf));
        await CompareAsync(BudgetScope.Session, sessions.Keys.Select(BudgetWindow.IdOf));
        await CompareRulesAsync();
        foreach (var (window, expected) in expectedByWindow.Where(window => IsChecked(window.Key)))
        {
            Compare(window, default, expected, isNew: true);
        }

        async Task CompareAsync(BudgetScope scope, IEnumerable<string> ids)
        {
            foreach (var batch in ids.Chunk(BatchSize))
            {
                await foreach (var counter in db.BudgetCounters.AsNoTracking()
                    .Where(counter => counter.Scope == scope && batch.Contains(counter.ScopeId))
                    .AsAsyncEnumerable().WithCancellation(cancellationToken))
                {
                    expectedByWindow.Remove(counter.Window, out var expected);
                    Compare(counter.Window, counter.Spending, expected, isNew: false);
                }
            }
        }

        async Task CompareRulesAsync()
        {
            foreach (var id in ruleIds)
            {
                await foreach (var counter in RuleCounters.Of(db, id).AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
                {
                    if (IsChecked(counter.Window))
                    {
                        expectedByWindow.Remove(counter.Window, out var expected);
                        Compare(counter.Window, counter.Spending, expected, isNew: false);
                    }
                }
            }
        }

        // Old windows of short periods are purged.
        bool IsChecked(BudgetWindow window) => window.Start == BudgetCalendar.Always || window.Start >= RuleWindows.FirstChecked(window.Period, now);

        void Compare(BudgetWindow window, Spending stored, Spending expected, bool isNew) =>
            findings.Compare($"counter of {window}", stored, expected, stored == expected, () => repair?.Set(window, expected, isNew));
    }

    private BudgetPolicy PolicyOf(VerifiedSession session) => rules.ApplyTo(session.PolicyIn(teams[session.TeamId]));

    private async Task CompareSummariesAsync(CancellationToken cancellationToken)
    {
        var expectedByKey = summaries.Sums.ToDictionary();
        foreach (var batch in teams.Keys.Append(organisationId).Chunk(BatchSize))
        {
            await foreach (var summary in db.CostSummaries.AsNoTracking()
                .Where(summary => batch.Contains(summary.SubjectId))
                .AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                expectedByKey.Remove(summary.Key, out var expected);
                Compare(summary.Key, summary.Amounts.ToSum(), expected, () => repair?.Set(summary.Key, expected, isNew: false));
            }
        }

        foreach (var (key, expected) in expectedByKey)
        {
            Compare(key, default, expected, () => repair?.Set(key, expected, isNew: true));
        }
    }

    private void Compare(object total, UsageSum stored, UsageSum expected, Action repairTotal) =>
        findings.Compare(total, stored, expected, stored.Agrees(expected), repairTotal);
}

/// <summary>The columns of a session that a verification needs.</summary>
internal sealed record VerifiedSession(
    long Id, Guid TeamId, Guid AgentId, long? TaskId, IReadOnlyList<long> Ancestors, string? Model, LabelSet Labels, DateTimeOffset StartedAt, UsageSum Sum)
{
    public static IQueryable<VerifiedSession> Of(IQueryable<Session> sessions) => sessions.Select(session => new VerifiedSession(
        session.Id,
        session.TeamId,
        session.AgentId,
        session.TaskId,
        session.Ancestors,
        session.Model,
        session.Labels,
        session.StartedAt,
        new UsageSum(
            new TokenCounts(session.InputTokens, session.OutputTokens, session.CacheReadTokens, session.CacheWriteTokens),
            0,
            MoneyTotal.Of(session.CostBillionUsd, session.CostNanoUsd),
            MoneyTotal.Of(session.ImputedCostBillionUsd, session.ImputedCostNanoUsd),
            0)));

    public BudgetPolicy PolicyIn(Team team) => BudgetPolicy.ForWindows(team, AgentId, TaskId, [Id, .. Ancestors], Model, Labels);
}
