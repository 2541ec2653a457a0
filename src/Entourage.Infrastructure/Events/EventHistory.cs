using Entourage.Application.Events;
using Entourage.Domain;
using Entourage.Domain.Events;
using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Infrastructure.Events;

/// <summary>Reads what happened in teams: their usages and their stored events, each in the order of its sequences.</summary>
internal static class EventHistory
{
    /// <summary>So many usages of other teams may lie beyond the position of an idle one, before it is moved on over them.</summary>
    public const long MaxLag = 2_000;

    // Other teams' usages lie between those of one: so many are looked at in one read.
    private const long UsageStretch = 20_000;

    /// <summary>
    /// What comes after a position, all there is to see: some of both lists, the events read before the usages that led to them.
    /// The usages and events of an organisation become visible in the order of their sequences, so the last that are seen are a position.
    /// </summary>
    public static async Task<EventPage> ReadAsync(
        EntourageDb db, Guid teamId, EventPosition after, int limit, bool withUsages, CancellationToken cancellationToken)
    {
        var told = await ReadEventsAsync(db, teamId, after.Event, long.MaxValue, limit, cancellationToken);
        var usages = withUsages ? await ReadUsagesAsync(db, teamId, after.Usage, long.MaxValue, limit, cancellationToken) : [];
        var position = new EventPosition(
            usages.Count > 0 ? usages[^1].Sequence : after.Usage,
            told.Count > 0 ? told[^1].Sequence : after.Event);
        return new(Merge(usages, told), after, position, HasMore: told.Count == limit || usages.Count == limit);
    }

    /// <summary>
    /// What lies between two positions, some of it at a time: the page says how far it came. The end must be one up to which all is
    /// visible: a position that was read, or one of <see cref="FindEndAsync"/>.
    /// </summary>
    public static async Task<EventPage> ReadUpToAsync(
        EntourageDb db, Guid teamId, EventPosition after, EventPosition end, int limit, CancellationToken cancellationToken)
    {
        // Numbers go on far ahead after a restore, so a stretch begins where there is something.
        var next = await db.UsageRecords
            .Where(record => record.Sequence > after.Usage && record.Sequence <= end.Usage)
            .MinAsync(record => (long?)record.Sequence, cancellationToken);
        var stretch = Math.Max(after.Usage, next is { } first ? Math.Min(end.Usage, first - 1 + UsageStretch) : end.Usage);
        var told = await ReadEventsAsync(db, teamId, after.Event, end.Event, limit, cancellationToken);
        var usages = await ReadUsagesAsync(db, teamId, after.Usage, stretch, limit, cancellationToken);
        var position = new EventPosition(
            usages.Count == limit ? usages[^1].Sequence : stretch,
            told.Count == limit ? told[^1].Sequence : Math.Max(after.Event, end.Event));
        return new(Merge(usages, told), after, position, HasMore: !end.IsWithin(position));
    }

    /// <summary>
    /// A position up to which all of a team is visible, and after which all that is committed later will be: the newest sequences
    /// there are, read while no transaction of its organisation is on its way.
    /// </summary>
    public static Task<EventPosition> FindEndAsync(EntourageDb db, Guid teamId, CancellationToken cancellationToken) => db.InTransactionAsync(
        async inTransaction =>
        {
            await db.Organisations
                .Where(organisation => db.Teams.Any(team => team.Id == teamId && team.OrganisationId == organisation.Id))
                .ExecuteUpdateAsync(row => row.SetProperty(organisation => organisation.Version, organisation => organisation.Version), inTransaction);
            return new EventPosition(
                await FindNewestUsageAsync(db, inTransaction),
                await db.Events.MaxAsync(told => (long?)told.Sequence, inTransaction) ?? 0);
        },
        cancellationToken);

    /// <summary>The greatest sequence of any usage record.</summary>
    public static async Task<long> FindNewestUsageAsync(EntourageDb db, CancellationToken cancellationToken) =>
        await db.UsageRecords.MaxAsync(record => (long?)record.Sequence, cancellationToken) ?? 0;

    private static Task<List<EventMessage>> ReadEventsAsync(
        EntourageDb db, Guid teamId, long after, long end, int limit, CancellationToken cancellationToken) => db.Events.AsNoTracking()
        .Where(told => told.TeamId == teamId && told.Sequence > after && told.Sequence <= end)
        .OrderBy(told => told.Sequence)
        .Take(limit)
        .Select(told => new EventMessage(
            told.Sequence, told.Kind, told.Id, told.TeamId, told.AgentId, told.SessionId, told.OccurredAt, told.Payload))
        .ToListAsync(cancellationToken);

    private static async Task<List<EventMessage>> ReadUsagesAsync(
        EntourageDb db, Guid teamId, long after, long end, int limit, CancellationToken cancellationToken)
    {
        // The team and the agent by a look-up for each record: as a join, the store may begin with all sessions that the team ever had.
        var rows = await db.UsageRecords.AsNoTracking()
            .Where(record => record.Sequence > after && record.Sequence <= end)
            .Where(record => db.Sessions.Where(session => session.Id == record.SessionId).Select(session => session.TeamId).First() == teamId)
            .OrderBy(record => record.Sequence)
            .Take(limit)
            .Select(record => new
            {
                Record = record,
                AgentId = db.Sessions.Where(session => session.Id == record.SessionId).Select(session => session.AgentId).First(),
            })
            .ToListAsync(cancellationToken);
        return rows.ConvertAll(row =>
        {
            var record = row.Record;
            var data = new UsageEventData
            {
                Sequence = record.Sequence,
                Model = record.Model.Length == 0 ? null : record.Model,
                InputTokens = record.InputTokens,
                OutputTokens = record.OutputTokens,
                CacheReadTokens = record.CacheReadTokens == 0 ? null : record.CacheReadTokens,
                CacheWriteTokens = record.CacheWriteTokens == 0 ? null : record.CacheWriteTokens,
                CostUsd = record.Cost,
                CostSource = record.CostSource,
                Estimated = record.IsEstimated,
                Billing = record.Billing,
                OverrunUsd = record.Overrun == Money.Zero ? null : record.Overrun,
                OccurredAt = record.OccurredAt,
                Corrects = record.Corrects,
                Error = record.Error,
            };
            return new EventMessage(
                record.Sequence, EventKind.Usage, record.Id, teamId, row.AgentId, record.SessionId, record.RecordedAt, data.ToJson());
        });
    }

    /// <summary>
    /// One list out of two, by time; each keeps its order. Only nearly: what is committed while one of them is read may be in the other alone.
    /// </summary>
    private static List<EventMessage> Merge(List<EventMessage> usages, List<EventMessage> told)
    {
        if (told.Count == 0 || usages.Count == 0)
        {
            return told.Count == 0 ? usages : told;
        }

        var merged = new List<EventMessage>(usages.Count + told.Count);
        var (usage, other) = (0, 0);
        while (usage < usages.Count || other < told.Count)
        {
            merged.Add(other == told.Count || (usage < usages.Count && usages[usage].At < told[other].At) ? usages[usage++] : told[other++]);
        }

        return merged;
    }
}

/// <summary>Some of what happened in a team.</summary>
/// <param name="Messages">What happened, in order.</param>
/// <param name="From">The position that it comes after.</param>
/// <param name="To">The position that it leads to.</param>
/// <param name="HasMore">Whether there was more to read when it was read.</param>
internal sealed record EventPage(IReadOnlyList<EventMessage> Messages, EventPosition From, EventPosition To, bool HasMore);
