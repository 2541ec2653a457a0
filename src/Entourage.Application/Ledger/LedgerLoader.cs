using Entourage.Domain.Budgets;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>
/// Loads rows into the working set of a transaction. It loads the rows that entries name before the first is decided, and the rows of a kill or a pause
/// when one occurs. A loaded row is not loaded again, because the store does not have the entries' changes to it yet.
/// </summary>
internal sealed class LedgerLoader
{
    private readonly ILedgerStore store;
    private readonly HashSet<Guid> loadedActive = [];
    private readonly HashSet<long> loadedReservations = [];

    private LedgerLoader(LedgerWorkingSet workingSet, ILedgerStore store, SessionStarts starts) =>
        (WorkingSet, this.store, Starts) = (workingSet, store, starts);

    /// <summary>The working set that it loads into.</summary>
    public LedgerWorkingSet WorkingSet { get; }

    /// <summary>The starts of sessions.</summary>
    public SessionStarts Starts { get; }

    /// <summary>Locks the organisations that entries concern, and loads the sessions and reservations that they name.</summary>
    public static async Task<LedgerLoader> OpenAsync(IReadOnlyList<LedgerEntry> entries, ILedgerStore store, BudgetRuleLists ruleLists)
    {
        var reservationIds = entries.Select(entry => entry.NamedReservation).OfType<Guid>().Distinct().ToArray();
        var sessionIds = entries.Select(entry => entry.NamedSession).OfType<long>().ToHashSet();
        if (entries.Any(entry => entry.NamedSession is null))
        {
            // The session of a reservation never changes, so it may be read before the lock. The reservation itself is read again under it.
            sessionIds.UnionWith((await store.FindReservationsAsync(reservationIds)).Select(reservation => reservation.Reservation.SessionId));
        }

        var organisationIds = entries.Select(entry => entry.NamedOrganisation).OfType<Guid>().ToHashSet();
        var starts = new SessionStarts(entries, store);
        await starts.LoadAsync();
        sessionIds.UnionWith(starts.TokenSessions);
        organisationIds.UnionWith(starts.Agents.Select(agent => agent.Policy.OrganisationId));
        var loader = await OpenAsync(sessionIds, organisationIds, starts, store, ruleLists);
        foreach (var reservation in reservationIds.Length > 0 ? await store.FindReservationsAsync(reservationIds) : [])
        {
            loader.WorkingSet.Load(reservation);
        }

        var ending = entries.Where(entry => entry.NeedsReservationsOfSession).Select(entry => entry.NamedSession).OfType<long>().Distinct().ToArray();
        foreach (var reservation in ending.Length > 0 ? await store.FindReservationsOfAsync(ending) : [])
        {
            loader.WorkingSet.Load(reservation);
        }

        return loader;
    }

    /// <summary>Loads sessions, and locks their organisations and the further ones.</summary>
    public static Task<LedgerLoader> OpenAsync(IReadOnlyCollection<long> sessionIds, IReadOnlyCollection<Guid> organisationIds, ILedgerStore store) =>
        OpenAsync(sessionIds, organisationIds, new([], store), store, new());

    /// <summary>The windows that entries will probably need, by rows that may be outdated.</summary>
    public static IReadOnlySet<BudgetWindow> ExpectWindows(
        IReadOnlyList<LedgerEntry> entries,
        IReadOnlyDictionary<long, LedgerSession> sessions,
        IReadOnlyCollection<LedgerReservation> reservations,
        ILedgerStore store)
    {
        var loader = new LedgerLoader(new(sessions, [], new Dictionary<Guid, BudgetRuleList>()), store, new(entries, store));
        foreach (var reservation in reservations)
        {
            loader.WorkingSet.Load(reservation);
        }

        var windows = new HashSet<BudgetWindow>();
        foreach (var entry in entries)
        {
            loader.AddWindowsOf(entry, windows);
        }

        return windows;
    }

    /// <summary>Loads the price lists of the organisations, and the unpriced records that entries name.</summary>
    public async Task LoadPricesAsync(IReadOnlyList<LedgerEntry> entries, PriceLists priceLists)
    {
        var versions = WorkingSet.Sessions.Select(session => (session.Policy.OrganisationId, session.OrganisationVersion))
            .Concat(Starts.Agents.Where(agent => agent.RefusesUnpriced).Select(agent => (agent.Policy.OrganisationId, agent.OrganisationVersion)));
        foreach (var (organisationId, version) in versions.DistinctBy(organisation => organisation.OrganisationId))
        {
            WorkingSet.Load(organisationId, await priceLists.GetAsync(organisationId, version, store));
        }

        var unpriced = entries.Select(entry => entry.NamedRecord).OfType<long>().Distinct().ToArray();
        foreach (var record in unpriced.Length > 0 ? await store.FindUnpricedAsync(unpriced) : [])
        {
            WorkingSet.Load(record);
        }
    }

    /// <summary>Loads the sessions of usages that telemetry corrects. They belong to the same agent, so their organisation is already locked.</summary>
    public async Task LoadSessionsOfAsync(IReadOnlyCollection<RecordedUsage> corrected)
    {
        var missing = corrected.Select(usage => usage.SessionId).Where(id => WorkingSet.FindSession(id) is null).ToHashSet();
        if (missing.Count > 0)
        {
            foreach (var session in (await store.LockAsync(missing, [])).Values)
            {
                WorkingSet.Load(session);
            }

            await LoadAncestorsAsync();
        }
    }

    /// <summary>Loads the counters that entries and corrections depend on, and ends the reservations that have expired.</summary>
    public async Task LoadCountersAsync(IReadOnlyList<LedgerEntry> entries, IReadOnlyCollection<RecordedUsage> corrected)
    {
        var now = entries.Max(entry => entry.Now);
        var expired = await store.FindExpiredAsync(WorkingSet.OrganisationIds, now);
        foreach (var reservation in expired)
        {
            WorkingSet.Load(reservation);
        }

        var windows = new HashSet<BudgetWindow>();
        foreach (var entry in entries)
        {
            AddWindowsOf(entry, windows);
        }

        foreach (var usage in corrected)
        {
            var policy = WorkingSet.FindSession(usage.SessionId)!.Policy.ForCall(usage.Model, usage.Labels);
            Add(policy.BudgetsAt(usage.OccurredAt), windows);
            foreach (var at in entries.Select(entry => entry.Now).Distinct())
            {
                Add(policy.BudgetsAt(at), windows);
            }
        }

        // As loaded, with the rules of their teams.
        var ending = expired.Select(reservation => WorkingSet.FindReservation(reservation.Reservation.Id)!).ToArray();
        windows.UnionWith(ending.SelectMany(reservation => reservation.Windows));
        WorkingSet.Load(await store.SpendingAsync(windows));
        foreach (var reservation in ending)
        {
            WorkingSet.End(reservation, ReservationStatus.Expired, now);
        }
    }

    /// <summary>Loads the active sessions of a team or an organisation.</summary>
    /// <returns>The sessions that are still active after the entries so far.</returns>
    public async Task<IReadOnlyCollection<LedgerSession>> LoadActiveSessionsAsync(PauseScope scope, Guid id)
    {
        if (loadedActive.Add(id))
        {
            foreach (var session in await store.FindActiveAsync(scope, id))
            {
                WorkingSet.Load(session);
            }

            await LoadAncestorsAsync();
        }

        return [.. WorkingSet.Sessions.Where(session =>
            session.State.IsActive && id == (scope == PauseScope.Team ? session.Policy.TeamId : session.Policy.OrganisationId))];
    }

    /// <summary>Loads the active sessions that a pause stops.</summary>
    public async Task<IReadOnlyCollection<LedgerSession>> LoadSessionsUnderAsync(PauseSubject subject) => subject.Scope switch
    {
        PauseScope.Agent => await LoadSessionsOfAgentAsync(subject.Id),
        PauseScope.Team => await LoadActiveSessionsAsync(PauseScope.Team, subject.Id),
        _ => await LoadActiveSessionsAsync(PauseScope.Organisation, subject.Id),
    };

    /// <summary>Loads the active sessions of an agent and of its sub-agents, also those in teams in which it was before.</summary>
    private async Task<IReadOnlyCollection<LedgerSession>> LoadSessionsOfAgentAsync(Guid agentId)
    {
        var found = new List<LedgerSession>();
        foreach (var teamId in await store.FindTeamsOfAgentAsync(agentId))
        {
            found.AddRange((await LoadActiveSessionsAsync(PauseScope.Team, teamId)).Where(session => WorkingSet.AgentsOf(session).Contains(agentId)));
        }

        return found;
    }

    /// <summary>Loads the reservations of sessions that have not ended, and the counters of the budgets concerned.</summary>
    /// <returns>The reservations that have not ended after the entries so far.</returns>
    public async Task<IReadOnlyCollection<LedgerReservation>> LoadReservationsOfAsync(IReadOnlyCollection<LedgerSession> sessions, DateTimeOffset now)
    {
        var missing = sessions.Select(session => session.Id).Where(loadedReservations.Add).ToArray();
        foreach (var reservation in missing.Length > 0 ? await store.FindReservationsOfAsync(missing) : [])
        {
            WorkingSet.Load(reservation);
        }

        var ids = sessions.Select(session => session.Id).ToHashSet();
        var live = WorkingSet.Reservations.Where(reservation => reservation.Reservation.EndedAt is null && ids.Contains(reservation.Reservation.SessionId)).ToArray();
        var windows = live.SelectMany(reservation => reservation.Windows).ToHashSet();
        foreach (var session in sessions)
        {
            Add(session.Policy.BudgetsAt(now), windows);
        }

        windows.RemoveWhere(WorkingSet.HasSpendingIn);
        if (windows.Count > 0)
        {
            WorkingSet.Load(await store.SpendingAsync(windows));
        }

        return live;
    }

    /// <summary>Loads and releases the reservations of sessions. Those that are held stay, because their calls may have been billed.</summary>
    /// <returns>How many were released.</returns>
    public async Task<int> ReleaseReservationsAsync(IReadOnlyCollection<LedgerSession> sessions, DateTimeOffset now)
    {
        var released = (await LoadReservationsOfAsync(sessions, now)).Where(reservation => !reservation.Reservation.IsHeld).ToArray();
        foreach (var reservation in released)
        {
            WorkingSet.End(reservation, ReservationStatus.Released, now);
        }

        return released.Length;
    }

    /// <summary>The pause of an agent, a team or an organisation, in force or not; null for none.</summary>
    public async Task<Pause?> FindPauseAsync(PauseSubject subject)
    {
        if (!WorkingSet.HasPauseOf(subject.Id))
        {
            WorkingSet.Load(subject.Id, await store.FindPauseAsync(subject.Scope, subject.Id));
        }

        return WorkingSet.FindPause(subject.Id);
    }

    /// <summary>The teams of an organisation.</summary>
    public Task<IReadOnlyList<Guid>> FindTeamsAsync(Guid organisationId) => store.FindTeamsAsync(organisationId);

    private static async Task<LedgerLoader> OpenAsync(
        IReadOnlyCollection<long> sessionIds, IReadOnlyCollection<Guid> organisationIds, SessionStarts starts, ILedgerStore store, BudgetRuleLists ruleLists)
    {
        var sessions = await store.LockAsync(sessionIds, organisationIds);
        var versions = new Dictionary<Guid, long?>();
        foreach (var session in sessions.Values)
        {
            versions[session.Policy.OrganisationId] = session.OrganisationVersion;
        }

        // Again, under the lock.
        await starts.LoadAsync();
        foreach (var agent in starts.Agents)
        {
            versions[agent.Policy.OrganisationId] = agent.OrganisationVersion;
        }

        foreach (var id in organisationIds)
        {
            versions.TryAdd(id, null);
        }

        var rules = new Dictionary<Guid, BudgetRuleList>(versions.Count);
        foreach (var (id, version) in versions)
        {
            rules[id] = await ruleLists.GetAsync(id, version, store);
        }

        var loader = new LedgerLoader(new(sessions, organisationIds, rules), store, starts);
        loader.LoadStarts();
        await loader.LoadAncestorsAsync();
        return loader;
    }

    private void LoadStarts()
    {
        Starts.ApplyRules(WorkingSet);
        foreach (var (policy, pauses) in Starts.Agents.Select(agent => (agent.Policy, agent.Pauses)))
        {
            WorkingSet.Load(policy.OrganisationId, pauses.Organisation);
            WorkingSet.Load(policy.TeamId, pauses.Team);
            WorkingSet.Load(policy.AgentId, pauses.Agent);
        }
    }

    /// <summary>Loads the agents of all ancestor sessions, because pausing one of them also stops the sessions below.</summary>
    private async Task LoadAncestorsAsync()
    {
        var missing = WorkingSet.Sessions.SelectMany(session => session.Policy.SessionPath).Where(id => !WorkingSet.HasAgentOf(id)).ToHashSet();
        foreach (var agent in missing.Count > 0 ? await store.FindAgentsAsync(missing) : [])
        {
            WorkingSet.Load(agent);
        }
    }

    /// <summary>Adds the windows of the budgets that an entry depends on.</summary>
    private void AddWindowsOf(LedgerEntry entry, HashSet<BudgetWindow> windows)
    {
        Add(entry.BudgetsOfNewSession(this), windows);
        var reservation = entry.NamedReservation is { } id ? WorkingSet.FindReservation(id) : null;
        if ((entry.NamedSession ?? reservation?.Reservation.SessionId) is not { } sessionId || WorkingSet.FindSession(sessionId) is not { } session)
        {
            return;
        }

        var present = session.Policy.BudgetsAt(entry.Now);
        Add(present, windows);
        if (entry.FurtherBudgets(session, WorkingSet) is var further && !ReferenceEquals(further, present))
        {
            Add(further, windows);
        }

        windows.UnionWith(reservation?.Windows ?? []);
        if (entry.NeedsReservationsOfSession)
        {
            windows.UnionWith(WorkingSet.ReservationsOf(sessionId).SelectMany(live => live.Windows));
        }
    }

    private static void Add(IReadOnlyList<Budget> budgets, HashSet<BudgetWindow> windows)
    {
        for (var i = 0; i < budgets.Count; i++)
        {
            budgets[i].AddWindowsTo(windows);
        }
    }
}
