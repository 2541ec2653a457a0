using Entourage.Application.Abstractions;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>Reads what was used: whole days from the summaries, and from the rollups only what these lack.</summary>
internal sealed class CostReader(IEntourageDb db, CostSubject of, CostFilter filter, CostRange range)
{
    public CostSubject Of => of;

    public CostFilter Filter => filter;

    public CostRange Range => range;

    /// <summary>Adds everything up. A session counts where it began; one that began elsewhere, where it first appears.</summary>
    public async Task<CostTally> TallyAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var tally = await TallyUsageAsync(range.IsOfHours(now), cancellationToken);
        await AddSessionsFromElsewhereAsync(tally, cancellationToken);
        return tally;
    }

    /// <summary>Adds up what was used; of the sessions, it counts those alone that began in the range.</summary>
    public async Task<CostTally> TallyUsageAsync(bool byHour, CancellationToken cancellationToken)
    {
        var tally = new CostTally(of.Calendar, byHour);
        if (filter.IsOfAll && range.WholeDays(of.Calendar) is { } days)
        {
            await AddSummariesAsync(tally, days, cancellationToken);
            await AddAsync(tally, RollupsIn(days.Range).Where(rollup => !rollup.IsSummarised), rollup => rollup.Sum - rollup.Summarised.ToSum(), cancellationToken);
            foreach (var edge in range.EdgesOf(days.Range))
            {
                await AddAsync(tally, RollupsIn(edge), rollup => rollup.Sum, cancellationToken);
            }
        }
        else
        {
            await AddAsync(tally, RollupsIn(range), rollup => rollup.Sum, cancellationToken);
        }

        return tally;
    }

    /// <summary>The sessions that began or used something in the range, the newest first, with what they used.</summary>
    /// <param name="before">Only those with smaller numbers.</param>
    /// <param name="most">How many.</param>
    /// <param name="now">The present (UTC).</param>
    /// <param name="cancellationToken">The caller has left.</param>
    public async Task<IReadOnlyList<SessionCostResponse>> SessionsAsync(long? before, int most, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (before is null && range.To is not null)
        {
            // Or all the sessions since then would be gone through.
            before = await OfTeams(RollupsIn(range)).MaxAsync(rollup => (long?)rollup.SessionId, cancellationToken) + 1;
        }

        // Those of a session are found by the session alone: a team's are many.
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
                Tokens = session.Sum(rollup => (rollup.InputTokens + rollup.OutputTokens) / StoredTokens.Unit),
                TokensRest = session.Sum(rollup => (rollup.InputTokens + rollup.OutputTokens) % StoredTokens.Unit),
            })
            .ToDictionaryAsync(
                session => session.Id,
                session => (
                    Cost: MoneyTotal.OfSums(session.CostBillions, session.CostWhole, session.CostNanos),
                    Assumed: MoneyTotal.OfSums(session.AssumedBillions, session.AssumedWhole, session.AssumedNanos),
                    Tokens: StoredTokens.OfSums(session.Tokens, session.TokensRest)),
                cancellationToken);
        return rows.ConvertAll(row =>
        {
            var (cost, assumed, tokens) = sums[row.Session.Id];
            return SessionCostResponse.Of(row, cost, assumed, tokens, now);
        });
    }

    private IQueryable<Session> Sessions => db.Sessions.AsNoTracking().Where(session =>
        of.Teams.Contains(session.TeamId)
        && (filter.AgentId == null || session.AgentId == filter.AgentId)
        && (filter.TaskId == null || session.TaskId == filter.TaskId));

    private IQueryable<UsageRollup> OfTeams(IQueryable<UsageRollup> rollups) => rollups.Where(rollup => of.Teams.Contains(rollup.TeamId));

    private IQueryable<UsageRollup> RollupsIn(CostRange part) => db.UsageRollups.AsNoTracking().Where(rollup =>
        (part.From == null || rollup.QuarterAt >= part.From)
        && (part.To == null || rollup.QuarterAt < part.To)
        && (filter.Model == null || rollup.Model == filter.Model));

    private async Task AddAsync(CostTally tally, IQueryable<UsageRollup> rollups, Func<UsageRollup, UsageSum> sumOf, CancellationToken cancellationToken)
    {
        var rows = from rollup in OfTeams(rollups)
                   join session in Sessions on rollup.SessionId equals session.Id
                   select new { Rollup = rollup, session.AgentId, session.TaskId };
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var rollup = row.Rollup;
            tally.Add(new(rollup.TeamId, rollup.QuarterAt, rollup.SessionId, rollup.Model, row.AgentId, row.TaskId), sumOf(rollup));
        }
    }

    private async Task AddSummariesAsync(CostTally tally, WholeDays days, CancellationToken cancellationToken)
    {
        var summaries = db.CostSummaries.AsNoTracking().Where(summary => summary.SubjectId == of.Id);
        var ofDays = summaries.Where(summary =>
            summary.Day > BudgetCalendar.Always
            && (days.First == null || summary.Day >= days.First)
            && (days.End == null || summary.Day < days.End));
        await foreach (var day in ofDays
            .Where(summary => summary.Heading == CostHeading.Everything)
            .AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            tally.AddDay(day.Day, day.Amounts.ToSum());
        }

        if (tally.ByHour is not null)
        {
            await foreach (var hour in ofDays
                .Where(summary => summary.Heading == CostHeading.Hour)
                .AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                tally.Add(CostHeading.Hour, hour.Item, hour.Amounts.ToSum());
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
                Input = item.Sum(summary => summary.Amounts.InputTokens / StoredTokens.Unit),
                InputRest = item.Sum(summary => summary.Amounts.InputTokens % StoredTokens.Unit),
                Output = item.Sum(summary => summary.Amounts.OutputTokens / StoredTokens.Unit),
                OutputRest = item.Sum(summary => summary.Amounts.OutputTokens % StoredTokens.Unit),
                Unpriced = item.Sum(summary => summary.Amounts.UnpricedTokens / StoredTokens.Unit),
                UnpricedRest = item.Sum(summary => summary.Amounts.UnpricedTokens % StoredTokens.Unit),
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
            // Of a row nobody is told its cached tokens.
            tally.Add(
                item.Heading,
                item.Item,
                new(
                    new(StoredTokens.OfSums(item.Input, item.InputRest), StoredTokens.OfSums(item.Output, item.OutputRest)),
                    StoredTokens.OfSums(item.Unpriced, item.UnpricedRest),
                    MoneyTotal.OfSums(item.CostBillions, item.CostWhole, item.CostNanos),
                    MoneyTotal.OfSums(item.ImputedBillions, item.ImputedWhole, item.ImputedNanos),
                    item.Sessions)
                { AssumedCost = MoneyTotal.OfSums(item.AssumedBillions, item.AssumedWhole, item.AssumedNanos) });
        }
    }

    /// <summary>Counts the sessions that used something in the range and did not begin in it.</summary>
    private async Task AddSessionsFromElsewhereAsync(CostTally tally, CancellationToken cancellationToken)
    {
        if (range is { From: null, To: null } && filter.Model is null)
        {
            return;
        }

        var elsewhere = Sessions.Where(session =>
            session.StartedAt < range.From || session.StartedAt >= range.To || (filter.Model != null && (session.Model ?? "") != filter.Model));
        var rows = from rollup in OfTeams(RollupsIn(range))
                   join session in elsewhere on rollup.SessionId equals session.Id
                   orderby rollup.QuarterAt, rollup.Model
                   select new RollupRow(rollup.TeamId, rollup.QuarterAt, rollup.SessionId, rollup.Model, session.AgentId, session.TaskId);
        var seen = new HashSet<long>();
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (seen.Add(row.SessionId))
            {
                tally.Add(row, new UsageSum { Sessions = 1 });
            }
        }
    }
}

/// <summary>Tokens of many rows, which the store adds up in two parts so that no sum leaves 64 bits.</summary>
internal static class StoredTokens
{
    /// <summary>What a row's tokens are divided by for the first part; the rest is the second.</summary>
    public const long Unit = 1_000_000_000;

    /// <summary>The tokens, at most <see cref="TokenCounts.LargestTotal"/>.</summary>
    public static long OfSums(long units, long rest) => TokenCounts.TotalOf((Int128)units * Unit, rest);
}
