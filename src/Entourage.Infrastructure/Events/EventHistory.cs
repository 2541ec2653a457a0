using Entourage.Application.Access;
using Entourage.Application.Events;
using Entourage.Domain;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;
using Entourage.Domain.Teams;
using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Infrastructure.Events;

/// <summary>Reads the events of audiences: usage records and stored events, each in the order of its sequence.</summary>
internal static class EventHistory
{
    // How much of others may follow the position of an idle audience before the position skips it.
    private const long MaxLag = 2_000;

    // How many sequences one read scans at most, since the usages of others lie between those of one audience.
    private const long UsageStretch = 20_000;

    /// <summary>
    /// Reads a page of both lists after a position, up to the newest visible rows. The usages and events of an organisation become visible
    /// in the order of their sequences, so the last ones read are a position. Stored events are read before the usages that caused them.
    /// </summary>
    public static async Task<EventPage> ReadAsync(
        EntourageDb db, Audience audience, EventPosition after, int limit, bool withUsages, CancellationToken cancellationToken)
    {
        var stored = await ReadEventsAsync(db, audience, after.Event, long.MaxValue, limit, cancellationToken);
        var usages = withUsages ? await ReadUsagesAsync(db, audience, after.Usage, long.MaxValue, limit, cancellationToken) : [];
        var position = new EventPosition(
            usages.Count > 0 ? usages[^1].Sequence : after.Usage,
            stored.Count > 0 ? stored[^1].Sequence : after.Event);
        return new(Merge(usages, stored), after, position, HasMore: stored.Count == limit || usages.Count == limit);
    }

    /// <summary>
    /// Reads a page between two positions. Everything up to the end must be visible, so pass a position that was read before, or one
    /// from <see cref="FindEndAsync"/>.
    /// </summary>
    public static async Task<EventPage> ReadUpToAsync(
        EntourageDb db, Audience audience, EventPosition after, EventPosition end, int limit, CancellationToken cancellationToken)
    {
        // A restore leaves a large gap in the sequences, so start the scan at the first record.
        var next = await db.UsageRecords
            .Where(record => record.Sequence > after.Usage && record.Sequence <= end.Usage)
            .MinAsync(record => (long?)record.Sequence, cancellationToken);
        var stretch = Math.Max(after.Usage, next is { } first ? Math.Min(end.Usage, first - 1 + UsageStretch) : end.Usage);
        var stored = await ReadEventsAsync(db, audience, after.Event, end.Event, limit, cancellationToken);
        var usages = await ReadUsagesAsync(db, audience, after.Usage, stretch, limit, cancellationToken);
        var position = new EventPosition(
            usages.Count == limit ? usages[^1].Sequence : stretch,
            stored.Count == limit ? stored[^1].Sequence : Math.Max(after.Event, end.Event));
        return new(Merge(usages, stored), after, position, HasMore: !end.IsWithin(position));
    }

    /// <summary>
    /// Finds a position up to which all events of an audience are visible and after which all later commits will be. It reads the newest
    /// sequences under the organisation lock, so that no transaction of the organisation is in progress.
    /// </summary>
    public static Task<EventPosition> FindEndAsync(EntourageDb db, Audience audience, CancellationToken cancellationToken) => db.InTransactionAsync(
        async inTransaction =>
        {
            await db.LockOrganisationAsync(await db.FindOrganisationOfAsync(audience, inTransaction), inTransaction);
            return await FindNewestAsync(db, inTransaction);
        },
        cancellationToken);

    /// <summary>Finds the greatest sequences of any usage record and of any stored event; zero if there is none.</summary>
    public static async Task<EventPosition> FindNewestAsync(EntourageDb db, CancellationToken cancellationToken) => new(
        await db.UsageRecords.MaxAsync(record => (long?)record.Sequence, cancellationToken) ?? 0,
        await db.Events.MaxAsync(stored => (long?)stored.Sequence, cancellationToken) ?? 0);

    /// <summary>Whether so much of others follows the position of an idle audience that it should be skipped.</summary>
    /// <param name="audience">The audience. An index finds the stored events of a team, but not those of an organisation.</param>
    /// <param name="position">Its position.</param>
    /// <param name="newest">The newest position of all audiences.</param>
    /// <param name="withUsages">Whether its usages are read, too.</param>
    public static bool Lags(Audience audience, EventPosition position, EventPosition newest, bool withUsages) =>
        (withUsages && newest.Usage - position.Usage >= MaxLag) || (!audience.IsTeam && newest.Event - position.Event >= MaxLag);

    private static Task<List<EventMessage>> ReadEventsAsync(
        EntourageDb db, Audience audience, long after, long end, int limit, CancellationToken cancellationToken) => EventsOf(db, audience)
        .Where(stored => stored.Sequence > after && stored.Sequence <= end)
        .OrderBy(stored => stored.Sequence)
        .Take(limit)
        .Select(stored => new EventMessage(
            stored.Sequence, stored.Kind, stored.Id, stored.TeamId, stored.AgentId, stored.SessionId, stored.OccurredAt, stored.Payload))
        .ToListAsync(cancellationToken);

    private static IQueryable<TeamEvent> EventsOf(EntourageDb db, Audience audience)
    {
        var (teamId, organisationId) = (audience.TeamId, audience.OrganisationId);
        return teamId is null
            ? db.Events.AsNoTracking().Where(stored => db.Teams.Any(team => team.Id == stored.TeamId && team.OrganisationId == organisationId))
            : db.Events.AsNoTracking().Where(stored => stored.TeamId == teamId);
    }

    private static IQueryable<UsageRecord> UsagesOf(EntourageDb db, Audience audience)
    {
        var (teamId, organisationId) = (audience.TeamId, audience.OrganisationId);

        // Subqueries rather than joins, because the planner of a join may start from all sessions that the team ever had.
        return teamId is null
            ? db.UsageRecords.AsNoTracking().Where(record => db.Sessions.Any(session => session.Id == record.SessionId
                && db.Teams.Any(team => team.Id == session.TeamId && team.OrganisationId == organisationId)))
            : db.UsageRecords.AsNoTracking()
                .Where(record => db.Sessions.Where(session => session.Id == record.SessionId).Select(session => session.TeamId).First() == teamId);
    }

    private static async Task<List<EventMessage>> ReadUsagesAsync(
        EntourageDb db, Audience audience, long after, long end, int limit, CancellationToken cancellationToken)
    {
        var rows = await UsagesOf(db, audience)
            .Where(record => record.Sequence > after && record.Sequence <= end)
            .OrderBy(record => record.Sequence)
            .Take(limit)
            .Select(record => new
            {
                Record = record,
                TeamId = db.Sessions.Where(session => session.Id == record.SessionId).Select(session => session.TeamId).First(),
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
                record.Sequence, EventKind.Usage, record.Id, row.TeamId, row.AgentId, record.SessionId, record.RecordedAt, data.ToJson());
        });
    }

    /// <summary>
    /// Merges the two lists by time, and keeps the order of each. The order across them is approximate, because a row that is committed
    /// between the two reads appears in the second list only.
    /// </summary>
    private static List<EventMessage> Merge(List<EventMessage> usages, List<EventMessage> stored)
    {
        if (stored.Count == 0 || usages.Count == 0)
        {
            return stored.Count == 0 ? usages : stored;
        }

        var merged = new List<EventMessage>(usages.Count + stored.Count);
        var (usage, other) = (0, 0);
        while (usage < usages.Count || other < stored.Count)
        {
            merged.Add(other == stored.Count || (usage < usages.Count && usages[usage].At < stored[other].At) ? usages[usage++] : stored[other++]);
        }

        return merged;
    }
}

/// <summary>A page of an audience's events.</summary>
/// <param name="Messages">The events, in order.</param>
/// <param name="From">The position before the page.</param>
/// <param name="To">The position after the page.</param>
/// <param name="HasMore">Whether more events followed when the page was read.</param>
internal sealed record EventPage(IReadOnlyList<EventMessage> Messages, EventPosition From, EventPosition To, bool HasMore);
