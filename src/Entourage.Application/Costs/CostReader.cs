using Entourage.Application.Abstractions;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>Reads the costs of a report: whole days from the cost summaries, everything that these lack from the rollups.</summary>
internal sealed class CostReader(IEntourageDb db, CostSubject subject, CostFilter filter, CostRange range)
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
    public async Task<Dictionary<(DateTimeOffset At, string Item), MoneyTotal>> ReadSeriesAsync(
        CostHeading heading, CostGrain grain, CancellationToken cancellationToken)
    {
        var costs = new Dictionary<(DateTimeOffset, string), MoneyTotal>();
        if (filter.IsUnfiltered && grain != CostGrain.Hour && range.WholeDays(subject.Calendar) is { } days)
        {
            var summaries = db.CostSummaries.AsNoTracking().Where(summary =>
                summary.SubjectId == subject.Id && summary.Heading == heading && summary.Day > BudgetCalendar.Always
                && (days.First == null || summary.Day >= days.First)
                && (days.End == null || summary.Day < days.End));
            await foreach (var summary in summaries.AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                Add(subject.Calendar.StartOf(summary.Day), summary.Item, summary.Amounts.ToSum().Cost);
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

        return costs;

        async Task AddRollupsAsync(IQueryable<UsageRollup> rollups, Func<UsageRollup, MoneyTotal> costOf)
        {
            await foreach (var row in WithSessions(rollups).AsAsyncEnumerable().WithCancellation(cancellationToken))
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
        if (before is null && range.To is not null)
        {
            // Without this bound the query would scan all sessions since the end of the range.
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

    private IQueryable<UsageRollup> RollupsIn(CostRange part) => db.UsageRollups.AsNoTracking().Where(rollup =>
        (part.From == null || rollup.QuarterAt >= part.From)
        && (part.To == null || rollup.QuarterAt < part.To)
        && (filter.Model == null || rollup.Model == filter.Model));

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
        var ofDays = summaries.Where(summary =>
            summary.Day > BudgetCalendar.Always
            && (days.First == null || summary.Day >= days.First)
            && (days.End == null || summary.Day < days.End));
        await foreach (var day in ofDays
            .Where(summary => summary.Heading == CostHeading.Everything)
            .AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            totals.AddDay(day.Day, day.Amounts.ToSum());
        }

        if (totals.ByHour is not null)
        {
            await foreach (var hour in ofDays
                .Where(summary => summary.Heading == CostHeading.Hour)
                .AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                totals.Add(CostHeading.Hour, hour.Item, hour.Amounts.ToSum());
            }
        }

        CostHeading[] headings = [CostHeading.Team, CostHeading.Agent, CostHeading.Task, CostHeading.Model];
        var items = days is { First: null, End: null } ? summaries.Where(summary => summary.Day == BudgetCalendar.Always) : ofDays;
        await foreach (var item in items
            .Where(summary => headings.Contains(summary.Heading))
            .GroupBy(summary => new { summary.Heading, summary.Item })
            .Select(item => new
            {
                item.Key.Heading,
                item.Key.Item,
                Input = item.Sum(summary => summary.Amounts.InputTokens / TokenSums.Unit),
                InputRest = item.Sum(summary => summary.Amounts.InputTokens % TokenSums.Unit),
                Output = item.Sum(summary => summary.Amounts.OutputTokens / TokenSums.Unit),
                OutputRest = item.Sum(summary => summary.Amounts.OutputTokens % TokenSums.Unit),
                Unpriced = item.Sum(summary => summary.Amounts.UnpricedTokens / TokenSums.Unit),
                UnpricedRest = item.Sum(summary => summary.Amounts.UnpricedTokens % TokenSums.Unit),
                CostBillions = item.Sum(summary => summary.Amounts.CostBillionUsd),
                CostWhole = item.Sum(summary => summary.Amounts.CostNanoUsd / Money.NanosPerUsd),
                CostNanos = item.Sum(summary => summary.Amounts.CostNanoUsd % Money.NanosPerUsd),
                ImputedBillions = item.Sum(summary => summary.Amounts.ImputedCostBillionUsd),
                ImputedWhole = item.Sum(summary => summary.Amounts.ImputedCostNanoUsd / Money.NanosPerUsd),
                ImputedNanos = item.Sum(summary => summary.Amounts.ImputedCostNanoUsd % Money.NanosPerUsd),
                AssumedBillions = item.Sum(summary => summary.Amounts.AssumedCostBillionUsd),
                AssumedWhole = item.Sum(summary => summary.Amounts.AssumedCostNanoUsd / Money.NanosPerUsd),
                AssumedNanos = item.Sum(summary => summary.Amounts.AssumedCostNanoUsd % Money.NanosPerUsd),
                Sessions = item.Sum(summary => summary.Amounts.Sessions),
            })
            .AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            // Rows of a report do not show cached tokens.
            totals.Add(
                item.Heading,
                item.Item,
                new(
                    new(TokenSums.OfSums(item.Input, item.InputRest), TokenSums.OfSums(item.Output, item.OutputRest)),
                    TokenSums.OfSums(item.Unpriced, item.UnpricedRest),
                    MoneyTotal.OfSums(item.CostBillions, item.CostWhole, item.CostNanos),
                    MoneyTotal.OfSums(item.ImputedBillions, item.ImputedWhole, item.ImputedNanos),
                    item.Sessions)
                { AssumedCost = MoneyTotal.OfSums(item.AssumedBillions, item.AssumedWhole, item.AssumedNanos) });
        }
    }

    /// <summary>Counts the sessions that used something in the range but did not start in it.</summary>
    private async Task AddSessionsStartedOutsideAsync(CostTotals totals, CancellationToken cancellationToken)
    {
        if (range is { From: null, To: null } && filter.Model is null)
        {
            return;
        }

        var startedOutside = Sessions.Where(session =>
            session.StartedAt < range.From || session.StartedAt >= range.To || (filter.Model != null && (session.Model ?? "") != filter.Model));
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
