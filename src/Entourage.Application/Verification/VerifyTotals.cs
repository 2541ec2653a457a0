using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Budgets;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Sessions;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Verification;

/// <summary>
/// Recomputes every total from the usage records and the live reservations, which are the truth, and compares it with what
/// is stored (rule 5).
/// </summary>
/// <param name="Repair">Whether to store the recomputed totals where they differ.</param>
public sealed record VerifyTotalsCommand(bool Repair) : ILedgerCommand<VerificationReport>
{
    /// <inheritdoc/>
    public Need Needs() => Need.Admin();
}

/// <summary>What a verification found.</summary>
/// <param name="Records">The usage records that were read.</param>
/// <param name="Folded">The usage records that are folded into sums, which were read in their place.</param>
/// <param name="Totals">The totals that were compared: budget counters, sessions, rollups and cost summaries.</param>
/// <param name="Differences">Each total that is not the sum of its records, in words; none when all is well.</param>
/// <param name="Repaired">Whether the totals that differed were put right.</param>
public sealed record VerificationReport(long Records, long Folded, long Totals, IReadOnlyList<string> Differences, bool Repaired);

internal sealed class VerifyTotalsHandler(IEntourageDb db) : IRequestHandler<VerifyTotalsCommand, VerificationReport>
{
    public Task<VerificationReport> Handle(VerifyTotalsCommand request, CancellationToken cancellationToken) => request.Repair
        ? db.InTransactionAsync(RepairAsync, cancellationToken)
        : db.AtOneMomentAsync(inTransaction => VerifyAsync(repair: null, inTransaction), cancellationToken);

    private async Task<VerificationReport> RepairAsync(CancellationToken cancellationToken)
    {
        // In one order, as the ledger holds them.
        foreach (var organisationId in await db.Organisations.Select(organisation => organisation.Id).OrderBy(id => id).ToListAsync(cancellationToken))
        {
            await db.HoldOrganisationAsync(organisationId, cancellationToken);
        }

        var repair = new TotalsRepair(db);
        var report = await VerifyAsync(repair, cancellationToken);
        await repair.SaveAsync(cancellationToken);
        return report;
    }

    private async Task<VerificationReport> VerifyAsync(TotalsRepair? repair, CancellationToken cancellationToken)
    {
        var teams = await db.Teams.AsNoTracking().ToDictionaryAsync(team => team.Id, cancellationToken);
        var sessions = await db.Sessions.AsNoTracking().ToDictionaryAsync(session => session.Id, cancellationToken);
        var rollups = new Dictionary<RollupKey, UsageSum>();
        var records = 0L;
        await foreach (var record in db.UsageRecords.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            records++;
            var key = new RollupKey(sessions[record.SessionId].TeamId, UsageRollup.QuarterOf(record.OccurredAt), record.SessionId, record.Model);
            rollups[key] = rollups.GetValueOrDefault(key) + UsageSum.Of(record);
        }

        var foldedRecords = 0L;
        await foreach (var folded in db.FoldedUsages.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            foldedRecords += folded.Records;
            var key = new RollupKey(sessions[folded.SessionId].TeamId, folded.QuarterAt, folded.SessionId, folded.Model);
            rollups[key] = rollups.GetValueOrDefault(key) + folded.Amounts.ToSum();
        }

        // Every window is a whole number of quarters of an hour, so the other totals are sums of these.
        var spent = new Dictionary<long, UsageSum>();
        var counters = new CounterSums();
        foreach (var (key, totals) in rollups)
        {
            spent[key.SessionId] = spent.GetValueOrDefault(key.SessionId) + (totals with { UnpricedTokens = 0 });
            counters.Spend(BudgetPolicy.ForWindows(teams[key.TeamId], sessions[key.SessionId]), key.QuarterAt, totals.Cost);
        }

        foreach (var session in sessions.Values)
        {
            var key = new RollupKey(session.TeamId, UsageRollup.QuarterOf(session.StartedAt), session.Id, session.Model ?? "");
            rollups[key] = rollups.GetValueOrDefault(key) + new UsageSum { Sessions = 1 };
        }

        await foreach (var reservation in db.Reservations.AsNoTracking()
            .Where(reservation => reservation.EndedAt == null).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var session = sessions[reservation.SessionId];
            counters.Reserve(BudgetPolicy.ForWindows(teams[session.TeamId], session), reservation);
        }

        // What the summaries hold of the rollups, whatever these should be: a rollup that is put right is summarised again.
        var summaries = new CostSummarySums();
        var differences = new List<string>();
        var compared = 0L;
        await foreach (var rollup in db.UsageRollups.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var key = RollupKey.Of(rollup);
            rollups.Remove(key, out var expected);
            Compare(key, rollup.Sum, expected, () => repair?.Set(key, expected, isNew: false));
            Summarise(rollup);
        }

        foreach (var (key, expected) in rollups)
        {
            Compare(key, default, expected, () => repair?.Set(key, expected, isNew: true));
        }

        foreach (var session in sessions.Values)
        {
            var expected = spent.GetValueOrDefault(session.Id);
            Compare($"session {session.Id}", UsageSum.Of(session), expected, () => repair?.Set(session.Id, expected));
        }

        var windows = counters.Windows.ToDictionary();
        await foreach (var counter in db.BudgetCounters.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var window = new BudgetWindow(counter.Scope, counter.ScopeId, counter.Period, counter.Start);
            windows.Remove(window, out var expected);
            CompareCounter(window, new(counter.Spent, counter.Reserved), expected, isNew: false);
        }

        foreach (var (window, expected) in windows)
        {
            CompareCounter(window, default, expected, isNew: true);
        }

        var expectedSummaries = summaries.Sums.ToDictionary();
        await foreach (var summary in db.CostSummaries.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            expectedSummaries.Remove(summary.Key, out var expected);
            Compare(summary.Key, summary.Amounts.ToSum(), expected, () => repair?.Set(summary.Key, expected, isNew: false));
        }

        foreach (var (key, expected) in expectedSummaries)
        {
            Compare(key, default, expected, () => repair?.Set(key, expected, isNew: true));
        }

        differences.Sort(StringComparer.Ordinal);
        return new(records, foldedRecords, compared, differences, repair is not null);

        void Summarise(UsageRollup rollup)
        {
            var (team, session) = (teams[rollup.TeamId], sessions[rollup.SessionId]);
            var origin = new CostOrigin(
                team.OrganisationId, team.Id, BudgetCalendar.Of(team.Timezone), session.AgentId, session.TaskId, rollup.Model, rollup.QuarterAt);
            summaries.AddToTeam(origin, rollup.Summarised.ToSum());
            summaries.AddToOrganisation(origin, rollup.Summarised.ToSum());
        }

        void CompareCounter(BudgetWindow window, Spending stored, Spending expected, bool isNew) =>
            Compare($"counter of {window}", stored, expected, () => repair?.Set(window, expected, isNew));

        void Compare<T>(object name, T stored, T expected, Action putRight)
        {
            compared++;
            if (!EqualityComparer<T>.Default.Equals(stored, expected))
            {
                differences.Add($"{name}: stored {stored}, but its records come to {expected}");
                putRight();
            }
        }
    }
}
