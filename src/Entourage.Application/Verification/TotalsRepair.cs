using Entourage.Application.Abstractions;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Verification;

/// <summary>Corrects totals that differ from the sums of their records.</summary>
internal sealed class TotalsRepair(IEntourageDb db)
{
    private readonly List<Func<CancellationToken, Task>> changes = [];

    /// <summary>Sets a rollup. A rollup without records is kept and set to zero.</summary>
    public void Set(RollupKey key, UsageSum totals, bool isNew)
    {
        if (isNew)
        {
            db.UsageRollups.Add(UsageRollup.Create(key.TeamId, key.QuarterAt, key.SessionId, key.Model, key.LabelSetId, totals));
            return;
        }

        var (teamId, quarterAt, sessionId, model, labelSetId) = key;
        changes.Add(cancellationToken => db.UsageRollups
            .Where(rollup => rollup.TeamId == teamId && rollup.QuarterAt == quarterAt && rollup.SessionId == sessionId && rollup.Model == model
                && rollup.LabelSetId == labelSetId)
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(rollup => rollup.InputTokens, totals.Tokens.Input)
                    .SetProperty(rollup => rollup.OutputTokens, totals.Tokens.Output)
                    .SetProperty(rollup => rollup.CacheReadTokens, totals.Tokens.CacheRead)
                    .SetProperty(rollup => rollup.CacheWriteTokens, totals.Tokens.CacheWrite)
                    .SetProperty(rollup => rollup.UnpricedTokens, totals.UnpricedTokens)
                    .SetProperty(rollup => rollup.CostBillionUsd, totals.Cost.BillionUsd)
                    .SetProperty(rollup => rollup.CostNanoUsd, totals.Cost.RestNanoUsd)
                    .SetProperty(rollup => rollup.ImputedCostBillionUsd, totals.ImputedCost.BillionUsd)
                    .SetProperty(rollup => rollup.ImputedCostNanoUsd, totals.ImputedCost.RestNanoUsd)
                    .SetProperty(rollup => rollup.AssumedCostBillionUsd, totals.AssumedCost.BillionUsd)
                    .SetProperty(rollup => rollup.AssumedCostNanoUsd, totals.AssumedCost.RestNanoUsd)
                    .SetProperty(rollup => rollup.Sessions, totals.Sessions)
                    .SetProperty(rollup => rollup.IsSummarised, false),
                cancellationToken));
    }

    public void Set(long sessionId, UsageSum totals) => changes.Add(cancellationToken => db.Sessions
        .Where(session => session.Id == sessionId)
        .ExecuteUpdateAsync(
            row => row
                .SetProperty(session => session.InputTokens, totals.Tokens.Input)
                .SetProperty(session => session.OutputTokens, totals.Tokens.Output)
                .SetProperty(session => session.CacheReadTokens, totals.Tokens.CacheRead)
                .SetProperty(session => session.CacheWriteTokens, totals.Tokens.CacheWrite)
                .SetProperty(session => session.CostBillionUsd, totals.Cost.BillionUsd)
                .SetProperty(session => session.CostNanoUsd, totals.Cost.RestNanoUsd)
                .SetProperty(session => session.ImputedCostBillionUsd, totals.ImputedCost.BillionUsd)
                .SetProperty(session => session.ImputedCostNanoUsd, totals.ImputedCost.RestNanoUsd),
            cancellationToken));

    public void Set(BudgetWindow window, Spending spending, bool isNew)
    {
        if (isNew)
        {
            db.BudgetCounters.Add(BudgetCounter.Create(window, spending));
            return;
        }

        var (scope, scopeId, period, start) = window;
        changes.Add(cancellationToken => db.BudgetCounters
            .Where(counter => counter.Scope == scope && counter.ScopeId == scopeId && counter.Period == period && counter.Start == start)
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(counter => counter.SpentBillionUsd, spending.Spent.BillionUsd)
                    .SetProperty(counter => counter.SpentNanoUsd, spending.Spent.RestNanoUsd)
                    .SetProperty(counter => counter.ReservedBillionUsd, spending.Reserved.BillionUsd)
                    .SetProperty(counter => counter.ReservedNanoUsd, spending.Reserved.RestNanoUsd),
                cancellationToken));
    }

    /// <summary>Sets a cost summary, or deletes it if nothing belongs to it, because a report would list it.</summary>
    public void Set(CostSummaryKey key, UsageSum sum, bool isNew)
    {
        if (isNew)
        {
            db.CostSummaries.Add(CostSummary.Create(key, sum));
            return;
        }

        var ((subjectId, heading, day, item), amounts) = (key, UsageAmounts.Of(sum));
        var stored = db.CostSummaries.Where(summary =>
            summary.SubjectId == subjectId && summary.Heading == heading && summary.Day == day && summary.Item == item);
        changes.Add(cancellationToken => sum == default
            ? stored.ExecuteDeleteAsync(cancellationToken)
            : stored.ExecuteUpdateAsync(row => row.SetProperty(summary => summary.Amounts, amounts), cancellationToken));
    }

    /// <summary>Stores a set of labels again.</summary>
    public void Set(Guid organisationId, LabelSet labels)
    {
        var id = labels.Id;
        changes.Add(cancellationToken => db.LabelSets
            .Where(member => member.OrganisationId == organisationId && member.LabelSetId == id)
            .ExecuteDeleteAsync(cancellationToken));
        db.LabelSets.AddRange(LabelSetMember.Of(organisationId, labels));
    }

    /// <summary>Writes the corrections.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        foreach (var change in changes)
        {
            await change(cancellationToken);
        }

        await db.SaveChangesAsync(cancellationToken);
    }
}
