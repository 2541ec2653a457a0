using Entourage.Application.Abstractions;
using Entourage.Application.Labels;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>Reads the costs of a report: whole days from the cost summaries, everything that these lack from the rollups.</summary>
internal sealed partial class CostReader(IEntourageDb db, CostSubject subject, CostFilter filter, CostRange range)
{
    public CostSubject Subject => subject;

    public CostFilter Filter => filter;

    public CostRange Range => range;

    /// <summary>Reads all totals. A session counts where it started; one that started outside the range counts where it first appears.</summary>
    public async Task<CostTotals> ReadTotalsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var totals = await ReadUsageTotalsAsync(range.SupportsHours(now), cancellationToken);
        await AddSessionsStartedOutsideAsync(totals, cancellationToken);
        return totals;
    }

    /// <summary>Reads the totals of usage. Only sessions that started within the range are counted.</summary>
    public async Task<CostTotals> ReadUsageTotalsAsync(bool byHour, CancellationToken cancellationToken)
    {
        var totals = new CostTotals(subject.Calendar, byHour);
        if (filter.IsUnfiltered && range.WholeDays(subject.Calendar) is { } days)
        {
            await AddSummariesAsync(totals, days, cancellationToken);
            await AddAsync(totals, RollupsIn(days.Range).Where(rollup => !rollup.IsSummarised), rollup => rollup.Sum - rollup.Summarised.ToSum(), cancellationToken);
            foreach (var edge in range.EdgesOf(days.Range))
            {
                await AddAsync(totals, RollupsIn(edge), rollup => rollup.Sum, cancellationToken);
            }
        }
        else
        {
            await AddAsync(totals, RollupsIn(range), rollup => rollup.Sum, cancellationToken);
        }

        return totals;
    }

    /// <summary>Reads the cost (USD) of each step and each item of a heading. Steps and items without costs are missing.</summary>
    /// <param name="heading">The heading.</param>
    /// <param name="labelKey">The key of the label whose values are the items; null for another heading.</param>
    /// <param name="grain">The length of a step.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    public async Task<Dictionary<(DateTimeOffset At, string Item), MoneyTotal>> ReadSeriesAsync(
        CostHeading heading, string? labelKey, CostGrain grain, CancellationToken cancellationToken)
    {
        var costs = new Dictionary<(DateTimeOffset, string), MoneyTotal>();
        if (grain != CostGrain.Hour && range.WholeDays(subject.Calendar) is { } days && SeriesOf(heading, labelKey, days) is { } series)
        {
            foreach (var summaries in series)
            {
                await foreach (var summary in summaries.AsAsyncEnumerable().WithCancellation(cancellationToken))
                {
                    AddSummary(subject.Calendar.StartOf(summary.Day), summary);
                }
            }

            await AddRollupsAsync(RollupsIn(days.Range).Where(rollup => !rollup.IsSummarised), rollup => rollup.Cost - rollup.Summarised.ToSum().Cost);
            foreach (var edge in range.EdgesOf(days.Range))
            {
                await AddRollupsAsync(RollupsIn(edge), rollup => rollup.Cost);
            }
        }
        else
        {
            await AddRollupsAsync(RollupsIn(range), rollup => rollup.Cost);
        }

        // What usage without a label cost is what is left, and may be nothing.
        return costs.Where(cost => cost.Value != MoneyTotal.Zero).ToDictionary();

        void AddSummary(DateTimeOffset at, CostSummary summary)
        {
            var cost = summary.Amounts.ToSum().Cost;
            if (labelKey is null)
            {
                Add(at, heading == CostHeading.Everything ? "" : summary.Item, cost);
            }
            else if (summary.Heading == CostHeading.Everything)
            {
                Add(at, "", cost);
            }
            else
            {
                Add(at, ValueOf(summary.Item, labelKey), cost);
                Add(at, "", MoneyTotal.Zero - cost);
            }
        }

        async Task AddRollupsAsync(IQueryable<UsageRollup> rollups, Func<UsageRollup, MoneyTotal> costOf)
        {
            var rows = labelKey is null ? WithSessions(rollups) : WithLabel(rollups, labelKey);
            await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                Add(row.Rollup.QuarterAt, row.ItemOf(heading), costOf(row.Rollup));
            }
        }

        void Add(DateTimeOffset at, string item, MoneyTotal cost)
        {
            if (cost != MoneyTotal.Zero)
            {
                var key = (CostBuckets.StartOf(at, grain, subject.Calendar), item);
                costs[key] = costs.GetValueOrDefault(key) + cost;
            }
        }
    }

    /// <summary>Lists the sessions that started or used something in the range, newest first, with their usage in the range.</summary>
    /// <param name="before">Only sessions with smaller numbers; null for all.</param>
    /// <param name="most">The most sessions to return.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    public async Task<IReadOnlyList<SessionCostResponse>> ReadSessionsAsync(long? before, int most, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (before is null && (range.To is not null || !filter.Labels.IsEmpty))
        {
            // Without this bound the query would scan all sessions since the end of the range, or since the newest with the labels.
            before = await OfTeams(RollupsIn(range)).MaxAsync(rollup => (long?)rollup.SessionId, cancellationToken) + 1;
        }

        // Looks rollups up by session, because a team has many.
        var rollups = RollupsIn(range);

        var rows = await Sessions
            .Where(session => (before == null || session.Id < before) && rollups.Any(rollup => rollup.SessionId == session.Id))
            .OrderByDescending(session => session.Id)
            .Take(most)
            .Select(SessionRow.Projection(db))
            .ToListAsync(cancellationToken);
        var ids = rows.ConvertAll(row => row.Session.Id);
        var sums = await rollups
            .Where(rollup => ids.Contains(rollup.SessionId))
            .GroupBy(rollup => rollup.SessionId)
            .Select(session => new
            {
                Id = session.Key,
                CostBillions = session.Sum(rollup => rollup.CostBillionUsd),
                CostWhole = session.Sum(rollup => rollup.CostNanoUsd / Money.NanosPerUsd),
                CostNanos = session.Sum(rollup => rollup.CostNanoUsd % Money.NanosPerUsd),
                AssumedBillions = session.Sum(rollup => rollup.AssumedCostBillionUsd),
                AssumedWhole = session.Sum(rollup => rollup.AssumedCostNanoUsd / Money.NanosPerUsd),
                AssumedNanos = session.Sum(rollup => rollup.AssumedCostNanoUsd % Money.NanosPerUsd),
                Tokens = session.Sum(rollup => (rollup.InputTokens + rollup.OutputTokens) / TokenSums.Unit),
                TokensRest = session.Sum(rollup => (rollup.InputTokens + rollup.OutputTokens) % TokenSums.Unit),
            })
            .ToDictionaryAsync(
                session => session.Id,
                session => (
                    Cost: MoneyTotal.OfSums(session.CostBillions, session.CostWhole, session.CostNanos),
                    Assumed: MoneyTotal.OfSums(session.AssumedBillions, session.AssumedWhole, session.AssumedNanos),
                    Tokens: TokenSums.OfSums(session.Tokens, session.TokensRest)),
                cancellationToken);
        return rows.ConvertAll(row =>
        {
            var (cost, assumed, tokens) = sums[row.Session.Id];
            return SessionCostResponse.Of(row, cost, assumed, tokens, now);
        });
    }

    private IQueryable<Session> Sessions => db.Sessions.AsNoTracking().Where(session =>
        subject.Teams.Contains(session.TeamId)
        && (filter.AgentId == null || session.AgentId == filter.AgentId)
        && (filter.TaskId == null || session.TaskId == filter.TaskId)
        && (filter.Tag == null || db.Tasks.Any(task => task.Id == session.TaskId && task.Tags.Contains(filter.Tag))));

    private IQueryable<UsageRollup> OfTeams(IQueryable<UsageRollup> rollups) => rollups.Where(rollup => subject.Teams.Contains(rollup.TeamId));

    private IQueryable<UsageRollup> RollupsIn(CostRange part) => db.UsageRollups.AsNoTracking()
        .Where(rollup =>
            (part.From == null || rollup.QuarterAt >= part.From)
            && (part.To == null || rollup.QuarterAt < part.To)
            && (filter.Model == null || rollup.Model == filter.Model))
        .With(filter.Labels, db, subject.OrganisationId);

    private IQueryable<CostSummary> SummariesOf(CostHeading heading, WholeDays days) => db.CostSummaries.AsNoTracking()
        .Where(summary => summary.SubjectId == subject.Id && summary.Heading == heading)
        .In(days);

    private IQueryable<SessionRollup> WithSessions(IQueryable<UsageRollup> rollups) =>
        from rollup in OfTeams(rollups)
        join session in Sessions on rollup.SessionId equals session.Id
        select new SessionRollup(rollup, session.AgentId, session.TaskId);

    private async Task AddAsync(CostTotals totals, IQueryable<UsageRollup> rollups, Func<UsageRollup, UsageSum> sumOf, CancellationToken cancellationToken)
    {
        await foreach (var row in WithSessions(rollups).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var rollup = row.Rollup;
            totals.Add(new(rollup.TeamId, rollup.QuarterAt, rollup.SessionId, rollup.Model, row.AgentId, row.TaskId), sumOf(rollup));
        }
    }

    private async Task AddSummariesAsync(CostTotals totals, WholeDays days, CancellationToken cancellationToken)
    {
        var summaries = db.CostSummaries.AsNoTracking().Where(summary => summary.SubjectId == subject.Id);
        await foreach (var day in SummariesOf(CostHeading.Everything, days).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            totals.AddDay(day.Day, day.Amounts.ToSum());
        }

        if (totals.ByHour is not null)
        {
            await foreach (var hour in SummariesOf(CostHeading.Hour, days).AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                totals.Add(CostHeading.Hour, hour.Item, hour.Amounts.ToSum());
            }
        }

        CostHeading[] headings = [CostHeading.Team, CostHeading.Agent, CostHeading.Task, CostHeading.Model];
        var items = days is { First: null, End: null } ? summaries.Where(summary => summary.Day == BudgetCalendar.Always) : summaries.In(days);
        await foreach (var item in items
            .Where(summary => headings.Contains(summary.Heading))
            .SumItems()
            .AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            totals.Add(item.Heading, item.Item, item.ToSum());
        }
    }

    /// <summary>Counts the sessions that used something in the range but did not start in it.</summary>
    private async Task AddSessionsStartedOutsideAsync(CostTotals totals, CancellationToken cancellationToken)
    {
        if (range is { From: null, To: null } && filter.Model is null && filter.Labels.IsEmpty)
        {
            return;
        }

        // A session with its own labels at its start can have usage with others.
        var (hasLabels, ofReport) = (!filter.Labels.IsEmpty, RollupsIn(range));
        var startedOutside = Sessions.Where(session =>
            session.StartedAt < range.From || session.StartedAt >= range.To || (filter.Model != null && (session.Model ?? "") != filter.Model)
            || (hasLabels && !ofReport.Any(rollup => rollup.SessionId == session.Id && rollup.Sessions > 0)));
        var rows = from rollup in OfTeams(RollupsIn(range))
                   join session in startedOutside on rollup.SessionId equals session.Id
                   orderby rollup.QuarterAt, rollup.Model
                   select new RollupRow(rollup.TeamId, rollup.QuarterAt, rollup.SessionId, rollup.Model, session.AgentId, session.TaskId);
        var seen = new HashSet<long>();
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (seen.Add(row.SessionId))
            {
                totals.Add(row, new UsageSum { Sessions = 1 });
            }
        }
    }
}
