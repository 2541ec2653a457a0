using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>
/// What this process knows of sessions, reservations and agents: their organisations, which never change, and the limits that applied when they were
/// last read. From these it expects which rows a transaction needs. The transaction reads them again under its lock, so outdated limits cost a further
/// round trip and nothing else.
/// </summary>
internal sealed class SqlServerDirectory
{
    private const int Capacity = 20_000;

    private readonly BoundedCache<long, LedgerSession> sessions = new(Capacity);
    private readonly BoundedCache<Guid, LedgerReservation> reservations = new(Capacity);
    private readonly BoundedCache<Guid, StartingAgent> agents = new(Capacity);

    /// <summary>Finds the organisations of entries. It asks the store for what it does not know.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="readAsync">Runs reads on a connection.</param>
    public async ValueTask<IReadOnlyCollection<Guid>> FindOrganisationsAsync(
        IReadOnlyList<LedgerEntry> entries, Func<Func<SqlServerLedger, Task>, Task> readAsync)
    {
        var (missing, organisations) = (new Named(), new HashSet<Guid>());
        FindKnown(entries, organisations, missing);
        if (!missing.IsEmpty)
        {
            await readAsync(ledger => LearnAsync(missing, ledger));
            FindKnown(entries, organisations, new());
        }

        return organisations;
    }

    /// <summary>Queries for the rows that the entries will probably need.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="organisations">Their organisations.</param>
    /// <param name="store">The store of the transaction.</param>
    public SqlServerReads Expect(IReadOnlyList<LedgerEntry> entries, IReadOnlyCollection<Guid> organisations, ILedgerStore store)
    {
        var starts = entries.OfType<StartSessionEntry>().ToArray();
        var named = entries.Select(entry => entry.NamedReservation).OfType<Guid>().ToHashSet();
        var known = named.Select(FindReservation).OfType<LedgerReservation>().ToArray();
        var sessionIds = entries.Select(entry => entry.NamedSession).OfType<long>()
            .Concat(known.Select(reservation => reservation.Reservation.SessionId))
            .ToHashSet();
        var knownSessions = sessionIds.Select(FindSession).OfType<LedgerSession>().ToDictionary(session => session.Id);
        var now = entries.Max(entry => entry.Now);
        var taskIds = starts.Select(start => start.TaskId).OfType<long>().ToHashSet();

        var reads = new SqlServerReads();
        reads.Add(SqlServerQueries.Sessions, sessionIds);
        reads.Add(SqlServerQueries.Workers, knownSessions.Values.SelectMany(session => session.Policy.SessionPath).Where(id => !sessionIds.Contains(id)).ToHashSet());
        reads.Add(SqlServerQueries.Reservations, named);
        reads.Add(
            SqlServerQueries.LiveReservations,
            entries.Where(entry => entry.NeedsReservationsOfSession).Select(entry => entry.NamedSession).OfType<long>().ToHashSet());
        reads.Add(SqlServerQueries.StartingAgents, starts.Select(start => start.AgentId).ToHashSet());
        reads.Add(SqlServerQueries.StartingTasks, taskIds);
        reads.Add(SqlServerQueries.Blockers, taskIds);
        reads.Add(
            SqlServerQueries.ChildTokens,
            starts.Select(start => start.ParentTokenHash).OfType<byte[]>().ToHashSet(SqlServerQueries.SameHash));
        reads.Add(SqlServerQueries.NewestSharedPrice, [0]);
        reads.Add(
            SqlServerQueries.Answers,
            entries.SelectMany(entry => entry.Keys).Select(token => token.KeyHash).ToHashSet(SqlServerQueries.SameHash));
        reads.Add(SqlServerQueries.ExpiredReservations, [.. organisations.Select(id => new Expiry(id, now))]);
        reads.Add(SqlServerQueries.Counters, LedgerLoader.ExpectWindows(entries, knownSessions, known, store));
        return reads;
    }

    /// <summary>Remembers sessions and reservations.</summary>
    public void Learn(IEnumerable<LedgerSession> newSessions, IEnumerable<LedgerReservation> newReservations)
    {
        foreach (var session in newSessions)
        {
            sessions.Set(session.Id, session);
        }

        foreach (var reservation in newReservations)
        {
            reservations.Set(reservation.Reservation.Id, reservation);
        }
    }

    private async Task LearnAsync(Named missing, SqlServerLedger ledger)
    {
        var found = await ledger.FindReservationsAsync(missing.Reservations);
        missing.Sessions.UnionWith(found.Select(reservation => reservation.Reservation.SessionId));
        Learn(await ledger.FindSessionsAsync(missing.Sessions), found);
        foreach (var agent in await ledger.FindStartingAgentsAsync(missing.Agents))
        {
            agents.Set(agent.Policy.AgentId, agent);
        }
    }

    private void FindKnown(IReadOnlyList<LedgerEntry> entries, HashSet<Guid> organisations, Named missing)
    {
        foreach (var entry in entries)
        {
            if (entry.NamedOrganisation is { } organisationId)
            {
                organisations.Add(organisationId);
            }

            if (entry.NamedReservation is { } reservationId)
            {
                AddOr(missing.Reservations, reservationId, FindReservation(reservationId)?.Policy.OrganisationId);
            }

            if (entry.NamedSession is { } sessionId)
            {
                AddOr(missing.Sessions, sessionId, FindSession(sessionId)?.Policy.OrganisationId);
            }

            if (entry is StartSessionEntry start)
            {
                AddOr(missing.Agents, start.AgentId, agents.TryGet(start.AgentId, out var agent) ? agent.Policy.OrganisationId : null);
            }
        }

        void AddOr<T>(HashSet<T> unknown, T id, Guid? organisationId)
        {
            if (organisationId is { } found)
            {
                organisations.Add(found);
            }
            else
            {
                unknown.Add(id);
            }
        }
    }

    private LedgerSession? FindSession(long id) => sessions.TryGet(id, out var session) ? session : null;

    private LedgerReservation? FindReservation(Guid id) => reservations.TryGet(id, out var reservation) ? reservation : null;

    /// <summary>Rows that entries name.</summary>
    private sealed class Named
    {
        public HashSet<long> Sessions { get; } = [];

        public HashSet<Guid> Reservations { get; } = [];

        public HashSet<Guid> Agents { get; } = [];

        public bool IsEmpty => Sessions.Count + Reservations.Count + Agents.Count == 0;
    }
}
