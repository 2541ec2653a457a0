using Entourage.Domain.Costs;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <content>Reads the costs of labels.</content>
internal sealed partial class CostReader
{
    /// <summary>Reads the usage of each value of a label. Only sessions that started within the range are counted.</summary>
    /// <param name="key">The key of the label.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    public async Task<LabelCosts> ReadLabelAsync(string key, CancellationToken cancellationToken)
    {
        var costs = new LabelCosts();
        if (filter.IsUnfiltered && range.WholeDays(subject.Calendar) is { } days)
        {
            await foreach (var day in SummariesOf(CostHeading.Everything, days).AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                costs.Total += day.Amounts.ToSum();
            }

            var values = db.OfLabelKey(subject.Id, key);
            var inRange = days is { First: null, End: null } ? values.Where(summary => summary.Day == Domain.Budgets.BudgetCalendar.Always) : db.OnDays(subject.Id, values, days);
            await foreach (var value in inRange.SumItems().AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                costs.ByValue.AddTo(ValueOf(value.Item, key), value.ToSum());
            }

            await AddAsync(RollupsIn(days.Range).Where(rollup => !rollup.IsSummarised), rollup => rollup.Sum - rollup.Summarised.ToSum());
            foreach (var edge in range.EdgesOf(days.Range))
            {
                await AddAsync(RollupsIn(edge), rollup => rollup.Sum);
            }
        }
        else
        {
            await AddAsync(RollupsIn(range), rollup => rollup.Sum);
        }

        return costs;

        async Task AddAsync(IQueryable<UsageRollup> rollups, Func<UsageRollup, UsageSum> sumOf)
        {
            await foreach (var row in WithLabel(rollups, key).AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                var sum = sumOf(row.Rollup);
                costs.Total += sum;
                if (row.LabelValue is { } value)
                {
                    costs.ByValue.AddTo(value, sum);
                }
            }
        }
    }

    /// <summary>
    /// The summaries of a heading on each day of a range; null if the report's filter needs the rollups. The summaries of a label's values come after those of
    /// all usage, of which they are a part.
    /// </summary>
    private IReadOnlyList<IQueryable<CostSummary>>? SeriesOf(CostHeading heading, string? labelKey, WholeDays days) => (filter, heading) switch
    {
        ({ IsUnfiltered: true }, CostHeading.Label) => [SummariesOf(CostHeading.Everything, days), db.OnDays(subject.Id, db.OfLabelKey(subject.Id, labelKey!), days)],
        ({ IsUnfiltered: true }, _) => [SummariesOf(heading, days)],
        ({ HasOnlyLabels: true, Labels.Labels: [var label] }, CostHeading.Everything) => [db.OnDays(subject.Id, db.OfLabel(subject.Id, label), days)],
        _ => null,
    };

    private IQueryable<SessionRollup> WithLabel(IQueryable<UsageRollup> rollups, string key) =>
        from rollup in OfTeams(rollups)
        join session in Sessions on rollup.SessionId equals session.Id
        join member in db.LabelSets.Where(member => member.OrganisationId == subject.OrganisationId && member.Key == key)
            on rollup.LabelSetId equals member.LabelSetId into members
        from member in members.DefaultIfEmpty()
        select new SessionRollup(rollup, session.AgentId, session.TaskId, member!.Value);

    private static string ValueOf(string item, string key) => item[(key.Length + 1)..];
}

/// <summary>The usage of each value of a label.</summary>
internal sealed class LabelCosts
{
    /// <summary>All usage, with the label or without.</summary>
    public UsageSum Total { get; set; }

    public Dictionary<string, UsageSum> ByValue { get; } = new(StringComparer.Ordinal);
}
