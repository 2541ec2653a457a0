using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Labels;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Teams;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Costs;

/// <summary>Reads costs over time, split by a heading, in the days or hours of the team's time zone (UTC for an organisation).</summary>
/// <param name="Subject">The team or the organisation.</param>
/// <param name="Filter">The range and the filters.</param>
/// <param name="Heading">The heading to split by; <see cref="CostHeading.Everything"/> for one series of all costs.</param>
/// <param name="Compare">Whether to read the same span of time before the range, too.</param>
public sealed record GetCostSeriesQuery(Audience Subject, CostFilter Filter, CostHeading Heading, bool Compare = false) : IQuery<CostSeriesResponse>
{
    /// <summary>The key of the label by whose values to split; required for <see cref="CostHeading.Label"/>.</summary>
    public string? LabelKey { get; init; }

    /// <inheritdoc/>
    public Permission RequiredPermission() => Subject.RequiredPermission();
}

internal sealed class GetCostSeriesHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetCostSeriesQuery, CostSeriesResponse>
{
    public async Task<CostSeriesResponse> Handle(GetCostSeriesQuery request, CancellationToken cancellationToken)
    {
        var subject = await CostSubject.OfAsync(db, request.Subject, cancellationToken);
        var (filter, now) = (request.Filter, time.GetUtcNow());
        var range = CostRange.Of(filter.From, filter.To, filter.Period, subject.Calendar, now);
        return await db.InSnapshotAsync(inTransaction => ReadAsync(subject, request, range, now, inTransaction), cancellationToken);
    }

    private async Task<CostSeriesResponse> ReadAsync(
        CostSubject subject, GetCostSeriesQuery request, CostRange range, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var grain = CostBuckets.GrainOf(range, now);

        // The summaries of a team have no heading of teams.
        var heading = request.Heading == CostHeading.Team && request.Subject.IsTeam ? CostHeading.Everything : request.Heading;
        var labelKey = heading == CostHeading.Label ? LabelFilter.ParseKey("by", request.LabelKey) : null;
        var costs = await new CostReader(db, subject, request.Filter, range).ReadSeriesAsync(heading, labelKey, grain, cancellationToken);
        var starts = CostBuckets.Of(range, grain, subject.Calendar, [.. costs.Keys.Select(key => key.At)], now);
        var series = CostSeries.Of(costs, starts);
        CostRange? before = request.Compare ? CostBuckets.Before(range, subject.Calendar) : null;
        IReadOnlyList<Domain.MoneyTotal>? previous = null;
        if (before is not null)
        {
            var earlier = await new CostReader(db, subject, request.Filter, before).ReadSeriesAsync(CostHeading.Everything, labelKey: null, grain, cancellationToken);
            previous = CostSeries.Totals(earlier, CostBuckets.Of(before, grain, subject.Calendar, [], now), starts.Count);
        }

        var names = await NamesAsync(subject, heading, series.Select(one => one.Item), cancellationToken);
        return new()
        {
            From = range.From,
            To = range.To,
            PreviousFrom = before?.From,
            Timezone = subject.Timezone,
            Grain = grain,
            Starts = starts,
            Series = [.. series.Select(one => new CostSeriesLine(one.Item, names.GetValueOrDefault(one.Item) ?? NullIfEmpty(one.Item), one.Costs))],
            Previous = previous,
        };
    }

    private async Task<Dictionary<string, string>> NamesAsync(
        CostSubject subject, CostHeading heading, IEnumerable<string> items, CancellationToken cancellationToken)
    {
        var teams = subject.Teams;
        return heading switch
        {
            CostHeading.Team => await db.Teams.Where(team => teams.Contains(team.Id))
                .ToDictionaryAsync(team => team.Id.ToString(), team => team.Name, cancellationToken),
            CostHeading.Agent => (await subject.AgentNamesAsync(db, items.Where(item => item.Length > 0).Select(Guid.Parse), cancellationToken))
                .ToDictionary(agent => agent.Key.ToString(), agent => agent.Value),
            CostHeading.Task => await db.Tasks.Where(task => teams.Contains(task.TeamId))
                .Select(task => new { task.Id, task.Title })
                .ToDictionaryAsync(task => BudgetWindow.IdOf(task.Id), task => task.Title, cancellationToken),
            _ => [],
        };
    }

    private static string? NullIfEmpty(string item) => item.Length == 0 ? null : item;
}
