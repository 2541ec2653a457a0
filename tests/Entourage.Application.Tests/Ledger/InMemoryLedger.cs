using System.Runtime.CompilerServices;
using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Tests.Ledger;

/// <summary>The ledger's store in dictionaries. A write is guarded as the databases guard it.</summary>
internal sealed partial class InMemoryLedger : ILedgerStore
{
    public Dictionary<Guid, StoredOrganisation> Organisations { get; } = [];

    public Dictionary<Guid, StoredTeam> Teams { get; } = [];

    public Dictionary<Guid, StoredAgent> Agents { get; } = [];

    public Dictionary<long, StoredSession> Sessions { get; } = [];

    public Dictionary<Guid, Reservation> Reservations { get; } = [];

    public Dictionary<BudgetWindow, Spending> Counters { get; } = [];

    public Dictionary<UsageRollupKey, UsageSum> Rollups { get; } = [];

    public Dictionary<string, IdempotentAnswer> Answers { get; } = [];

    public Dictionary<AlertKey, Alert> Alerts { get; } = [];

    public List<ModelPrice> Prices { get; } = [];

    public List<BudgetRule> Rules { get; } = [];

    public List<StoredUsage> Records { get; } = [];

    public List<TeamEvent> Events { get; } = [];

    public List<AuditEntry> Audited { get; } = [];

    /// <summary>The names of the methods that were called, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The changes that were saved last.</summary>
    public LedgerChanges? Saved { get; private set; }

    /// <summary>Runs once, before the next changes are saved.</summary>
    public Action? BeforeSave { get; set; }

    public BudgetPolicy PolicyOf(Guid agentId)
    {
        var agent = Agents[agentId];
        var team = Teams[agent.TeamId];
        return new()
        {
            OrganisationId = team.OrganisationId,
            OrganisationLimits = Organisations[team.OrganisationId].Limits,
            TeamId = team.Id,
            Timezone = team.Timezone,
            TeamLimits = team.Limits,
            TeamGrant = team.Grant,
            AgentId = agent.Id,
            AgentDailyLimit = agent.DailyLimit,
        };
    }

    public BudgetPolicy PolicyOf(StoredSession session) => PolicyOf(session.AgentId) with
    {
        Task = session.Task,
        SessionPath = session.Path,
        Model = session.Model ?? "",
        Labels = session.Labels,
    };

    public Task<IReadOnlyList<BudgetRule>> FindRulesAsync(Guid organisationId) => Found(Rules.Where(rule => rule.OrganisationId == organisationId));

    public Task<LedgerAgent?> FindAsync(BudgetSubject subject, DateTimeOffset killedSince)
    {
        var agentId = subject.AgentId;
        Note();
        if (!Agents.TryGetValue(agentId, out var agent))
        {
            return Task.FromResult<LedgerAgent?>(null);
        }

        var own = Sessions.Values.Where(session => session.AgentId == agentId).OrderByDescending(session => session.Id).ToArray();
        var newest = subject.Session.UseNewestActive ? own.FirstOrDefault(session => session.State.IsActive) : null;
        var wasKilled = own.FirstOrDefault() is { State: { Status: SessionStatus.Killed, EndedAt: { } endedAt } } && endedAt > killedSince;
        return Task.FromResult<LedgerAgent?>(new(
            PolicyOf(agentId) with { Model = newest?.Model ?? agent.Model ?? "", Labels = newest?.Labels ?? LabelSet.None },
            PausesOf(agentId),
            newest?.Path ?? [],
            newest?.Task,
            wasKilled,
            Organisations[Teams[agent.TeamId].OrganisationId].Version));
    }

    public Task<IReadOnlyList<SessionAgent>> FindAgentsAsync(IReadOnlyCollection<long> sessionIds) => Found(sessionIds
        .Where(Sessions.ContainsKey)
        .Select(id => new SessionAgent(id, Sessions[id].AgentId, Agents[Sessions[id].AgentId].Pause)));

    public Task<TaskCap?> FindTaskAsync(long taskId, Guid teamId)
    {
        Note();
        return Task.FromResult(Sessions.Values.FirstOrDefault(session => session.Task?.TaskId == taskId && Agents[session.AgentId].TeamId == teamId)?.Task);
    }

    public Task<IReadOnlyDictionary<BudgetWindow, Spending>> SpendingAsync(IReadOnlySet<BudgetWindow> windows)
    {
        Note();
        return Task.FromResult<IReadOnlyDictionary<BudgetWindow, Spending>>(
            windows.Where(Counters.ContainsKey).ToDictionary(window => window, window => Counters[window]));
    }

    public Task<IReadOnlyList<LedgerReservation>> FindExpiredAsync(IReadOnlyCollection<Guid> organisationIds, DateTimeOffset now) => Found(Reservations.Values
        .Where(held => held.EndedAt is null && held.LapsesAt <= now && organisationIds.Contains(held.OrganisationId))
        .Select(ToRow));

    public Task<IReadOnlyDictionary<long, LedgerSession>> LockAsync(IReadOnlyCollection<long> sessionIds, IReadOnlyCollection<Guid> organisationIds)
    {
        Note();
        return Task.FromResult<IReadOnlyDictionary<long, LedgerSession>>(
            sessionIds.Where(Sessions.ContainsKey).ToDictionary(id => id, id => ToRow(Sessions[id])));
    }

    public Task<IReadOnlyList<LedgerSession>> FindActiveAsync(PauseScope scope, Guid id) => Found(Sessions.Values
        .Where(session => session.State.IsActive)
        .Select(ToRow)
        .Where(session => id == (scope == PauseScope.Team ? session.Policy.TeamId : session.Policy.OrganisationId)));

    public Task<Pause?> FindPauseAsync(PauseScope scope, Guid id)
    {
        Note();
        return Task.FromResult(scope switch
        {
            PauseScope.Agent => Agents[id].Pause,
            PauseScope.Team => Teams[id].Pause,
            _ => Organisations[id].Pause,
        });
    }

    public Task<IReadOnlyList<Guid>> FindTeamsAsync(Guid organisationId) =>
        Found(Teams.Values.Where(team => team.OrganisationId == organisationId).Select(team => team.Id));

    public Task<IReadOnlyList<Guid>> FindTeamsOfAgentAsync(Guid agentId) => Found<Guid>([Agents[agentId].TeamId]);

    public Task<IReadOnlyList<LedgerReservation>> FindReservationsAsync(IReadOnlyCollection<Guid> ids) =>
        Found(ids.Where(Reservations.ContainsKey).Select(id => ToRow(Reservations[id])));

    public Task<IReadOnlyList<LedgerReservation>> FindReservationsOfAsync(IReadOnlyCollection<long> sessionIds) =>
        Found(Reservations.Values.Where(held => held.EndedAt is null && sessionIds.Contains(held.SessionId)).Select(ToRow));

    public Task<long?> FindNewestSharedPriceAsync()
    {
        Note();
        return Task.FromResult(Prices.Where(price => price.OrganisationId is null).Max(price => (long?)price.Id));
    }

    public Task<IReadOnlyList<ModelPrice>> FindPricesAsync(Guid? organisationId) => Found(Prices.Where(price => price.OrganisationId == organisationId));

    public Task<IReadOnlyList<UnpricedRecord>> FindUnpricedAsync(IReadOnlyCollection<long> sequences) => Found(Records
        .Where(usage => sequences.Contains(usage.Sequence) && CorrectionOf(usage.Sequence) is null)
        .Where(usage => usage.Record.CostSource is CostSource.Unpriced or CostSource.Assumed)
        .Select(usage => new UnpricedRecord(
            usage.Sequence,
            usage.Record.Entry.SessionId,
            usage.Record.Entry.OccurredAt,
            usage.Record.Model,
            usage.Record.Entry.Labels,
            usage.Record.Entry.Tokens,
            usage.Record.Entry.Billing,
            usage.Record.UnpricedTokens,
            usage.Record.Cost,
            usage.Record.AssumedCost)));

    public Task<RecordedUsage?> FindRecordedAsync(long sessionId, Guid recordId)
    {
        Note();
        var first = Records.Find(usage => usage.Record.Entry.SessionId == sessionId && usage.Record.Entry.RecordId == recordId);
        if (first is null)
        {
            return Task.FromResult<RecordedUsage?>(null);
        }

        var found = ToRecorded(first);
        while (CorrectionOf(found.Sequence) is { } correction)
        {
            found = found.With(ToRecorded(correction));
        }

        return Task.FromResult<RecordedUsage?>(found);
    }

    public Task<IReadOnlyDictionary<string, IdempotentAnswer>> FindAnswersAsync(IReadOnlyCollection<byte[]> keyHashes)
    {
        Note();
        return Task.FromResult<IReadOnlyDictionary<string, IdempotentAnswer>>(
            keyHashes.Select(Convert.ToHexString).Where(Answers.ContainsKey).ToDictionary(key => key, key => Answers[key]));
    }

    public Task<IReadOnlySet<AlertKey>> FindAlertsAsync(IReadOnlyCollection<AlertKey> keys)
    {
        Note();
        return Task.FromResult<IReadOnlySet<AlertKey>>(keys.Where(Alerts.ContainsKey).ToHashSet());
    }

    public Task<MoneyTotal> CostInAsync(Guid teamId, Guid agentId, DateTimeOffset from, DateTimeOffset until)
    {
        Note();
        return Task.FromResult(MoneyTotal.Sum(Rollups
            .Where(rollup => rollup.Key.TeamId == teamId && Sessions[rollup.Key.SessionId].AgentId == agentId)
            .Where(rollup => rollup.Key.QuarterAt >= from && rollup.Key.QuarterAt < until)
            .Select(rollup => rollup.Value.Cost + rollup.Value.ImputedCost)));
    }

    // Cost summaries are made after a transaction and decide nothing.
    public Task<IReadOnlyList<UnsummarisedRollup>> FindUnsummarisedAsync(Guid organisationId) => throw new NotSupportedException();

    public Task<IReadOnlyList<StoredLabel>> FindLabelsAsync(IReadOnlyCollection<LabelSetKey> sets) => throw new NotSupportedException();

    public Task SummariseAsync(IReadOnlyDictionary<CostSummaryKey, UsageSum> sums, IReadOnlyCollection<UsageRollupKey> rollups) =>
        throw new NotSupportedException();

    public Task SaveAsync(LedgerChanges changes)
    {
        Note();
        var before = BeforeSave;
        BeforeSave = null;
        before?.Invoke();
        new InMemoryWriter(this).Write(changes);
        Saved = changes;
        return Task.CompletedTask;
    }

    public LedgerSession ToRow(StoredSession session) => new()
    {
        Id = session.Id,
        AgentName = $"agent {session.AgentId:N}",
        TaskTitle = session.Task is { } task ? $"task {task.TaskId}" : null,
        ParentSessionId = session.Path.Count > 1 ? session.Path[1] : null,
        Model = session.Model,
        Labels = session.Labels,
        State = session.State,
        StartedAt = session.StartedAt,
        LastCallAt = session.LastCallAt,
        Tokens = session.Tokens,
        Cost = session.Cost,
        ImputedCost = session.ImputedCost,
        Reserved = MoneyTotal.Sum(Reservations.Values
            .Where(held => held.EndedAt is null && held.SessionId == session.Id)
            .Select(held => (MoneyTotal)held.Amount)),
        Policy = PolicyOf(session),
        Pauses = PausesOf(session.AgentId),
        DetectorState = DetectorState.Parse(session.DetectorState),
        DetectorText = session.DetectorState,
        DetectorRules = Teams[Agents[session.AgentId].TeamId].Rules,
        OrganisationVersion = Organisations[PolicyOf(session).OrganisationId].Version,
    };

    private LedgerReservation ToRow(Reservation held) => LedgerReservation.Of(held, PolicyOf(Sessions[held.SessionId]));

    private LedgerPauses PausesOf(Guid agentId)
    {
        var agent = Agents[agentId];
        var team = Teams[agent.TeamId];
        return new(Organisations[team.OrganisationId].Pause, team.Pause, agent.Pause);
    }

    private StoredUsage? CorrectionOf(long sequence) => Records.Find(usage => usage.Record.Corrects == sequence);

    private static RecordedUsage ToRecorded(StoredUsage usage)
    {
        var (record, entry) = (usage.Record, usage.Record.Entry);
        return new(
            usage.Sequence,
            entry.RecordId,
            entry.SessionId,
            entry.OccurredAt,
            record.Model,
            entry.Labels,
            entry.Tokens,
            entry.Billing,
            record.UnpricedTokens,
            record.Cost,
            record.AssumedCost,
            record.CostSource);
    }

    private Task<IReadOnlyList<T>> Found<T>(IEnumerable<T> rows, [CallerMemberName] string method = "")
    {
        Note(method);
        return Task.FromResult<IReadOnlyList<T>>([.. rows]);
    }

    private void Note([CallerMemberName] string method = "") => Calls.Add(method);
}
