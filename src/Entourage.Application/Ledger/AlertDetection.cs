using Entourage.Application.Events;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Ledger;

/// <summary>
/// Runs the detectors over the records of a transaction. They rarely find anything, because a budget alert needs a crossed threshold, and a session's
/// detector state says which of its alerts were raised already.
/// </summary>
internal sealed class AlertDetection(LedgerWorkingSet workingSet, LedgerRules rules)
{
    private readonly Dictionary<AlertKey, (Alert Alert, BudgetStatus? Budget)> candidates = [];
    private readonly Dictionary<(Guid AgentId, DateTimeOffset Hour), (LedgerSession Session, DateTimeOffset Now)> hoursToCheck = [];

    /// <summary>Runs the detectors over a record that was added.</summary>
    /// <param name="record">The record.</param>
    /// <param name="before">The state of its budgets before it was added.</param>
    /// <returns>The stops that it causes, to be carried out before the response.</returns>
    public IReadOnlyList<RequiredStop> Inspect(LedgerRecord record, BudgetPosition before)
    {
        var session = workingSet.FindSession(record.Entry.SessionId)!;
        InspectBudgets(record, session, before);
        InspectPlausibility(record, session, before);
        if (record.Corrects is not null)
        {
            // The usage was inspected when it was recorded. Only its cost is new.
            return [];
        }

        InspectTelemetry(record, session);
        InspectModel(record, session);
        return InspectSession(record, workingSet.FindSession(session.Id)!);
    }

    /// <summary>Runs the detectors over a session that has started.</summary>
    /// <param name="session">The session.</param>
    /// <param name="others">The active sessions of other agents on its task.</param>
    /// <param name="activeBelowTop">The number of active sessions below its topmost session.</param>
    /// <param name="now">The current time (UTC).</param>
    public void InspectStart(LedgerSession session, IReadOnlyList<ActiveSession> others, int activeBelowTop, DateTimeOffset now)
    {
        // Both concern only sessions that are active at the same time, so they are history after the day.
        var (policy, today, closesAt) = (session.Policy, session.Policy.Calendar.DateOf(now), session.Policy.Calendar.ResetsAt(BudgetPeriod.Day, now));
        var started = new ActiveSession(session.Id, policy.AgentId, policy.Task?.TaskId, policy.SessionPath[^1]);
        if (TeamworkDetectors.DuplicateWork(started, others, today) is { } duplicate)
        {
            AddFinding(duplicate with { ClosesAt = closesAt }, SubjectOf(session), now);
        }

        if (TeamworkDetectors.FanOut(started, activeBelowTop, today) is { } fanOut)
        {
            AddFinding(fanOut with { ClosesAt = closesAt }, new(policy.TeamId, SessionId: started.TopId), now);
        }
    }

    /// <summary>Adds the finding that a session was abandoned.</summary>
    public void AddAbandoned(LedgerSession session, DateTimeOffset now) =>
        AddFinding(TeamworkDetectors.Abandoned(session.Id), SubjectOf(session), now);

    /// <summary>Raises an alert for each finding, unless one exists for the same cause and window.</summary>
    public async Task RaiseAsync(ILedgerStore store)
    {
        foreach (var ((agentId, hour), (session, now)) in hoursToCheck)
        {
            var until = hour.AddMinutes(PlausibilityDetectors.WindowMinutes);
            var cost = await store.CostInAsync(session.Policy.TeamId, agentId, hour, until) + workingSet.CostIn(agentId, hour, until);
            if (cost > rules.Bounds.ImplausibleHourlyCost)
            {
                AddFinding(PlausibilityDetectors.OfHour(agentId, cost, rules.Bounds.ImplausibleHourlyCost.Value, hour), SubjectOf(session), now);
            }
        }

        var known = candidates.Count > 0 ? await store.FindAlertsAsync(candidates.Keys) : new HashSet<AlertKey>();
        foreach (var (key, (alert, budget)) in candidates)
        {
            if (known.Contains(key))
            {
                continue;
            }

            workingSet.Add(alert);
            if (budget is not null)
            {
                workingSet.Add(TeamEventFactory.Of(budget, alert));
            }
        }
    }

    private void InspectBudgets(LedgerRecord record, LedgerSession session, BudgetPosition before)
    {
        var (cost, tokens) = (record.CountedCost, record.Entry.Tokens.Counts.OfAllClasses);
        foreach (var budget in before.Budgets)
        {
            if (budget.Budget.AmountOf(cost, tokens) is var amount && BudgetDetectors.Crossed(budget, amount, session.DetectorRules.Thresholds) is { } crossed)
            {
                AddFinding(crossed, AlertSubject.Of(budget.Budget, session.Policy.TeamId), record.Entry.Now, budget.After(amount));
            }

            if (cost > Money.Zero && budget.Budget.Window.Scope == BudgetScope.Task && BudgetDetectors.RedFlag(session.Policy.Task!, budget.Spending.Spent, cost) is { } redFlag)
            {
                AddFinding(redFlag, new(session.Policy.TeamId, TaskId: session.Policy.Task!.TaskId), record.Entry.Now);
            }
        }
    }

    private void InspectPlausibility(LedgerRecord record, LedgerSession session, BudgetPosition before)
    {
        var (calendar, at) = (session.Policy.Calendar, record.Entry.OccurredAt);
        if (record.Cost > rules.Bounds.ImplausibleCost)
        {
            var day = calendar.WindowOf(BudgetPeriod.Day, at);
            AddFinding(
                PlausibilityDetectors.OfUsage(session.Policy.AgentId, session.Id, record.Cost, rules.Bounds.ImplausibleCost.Value, day),
                SubjectOf(session),
                record.Entry.Now);
        }

        // An hour costs at most its day, whose counter is loaded, plus the session's cost under a subscription. The rollups of the hour are read only if
        // that sum exceeds the limit, and once per agent and transaction.
        if (rules.Bounds.ImplausibleHourlyCost is { } hourly && SpentOfAgentDay(before) + record.CountedCost + session.ImputedCost > hourly)
        {
            hoursToCheck[(session.Policy.AgentId, calendar.HourOf(at))] = (session, record.Entry.Now);
        }
    }

    private static MoneyTotal SpentOfAgentDay(BudgetPosition position)
    {
        // A foreach would allocate an enumerator for each usage.
        for (var i = 0; i < position.Budgets.Count; i++)
        {
            if (position.Budgets[i].Budget.Window.Scope == BudgetScope.Agent)
            {
                return position.Budgets[i].Spending.Spent;
            }
        }

        return MoneyTotal.Zero;
    }

    private void InspectTelemetry(LedgerRecord record, LedgerSession session)
    {
        if (record.Entry.Telemetry is not { } facts || (facts.Mistake.Length == 0 && facts.ReportedAt is null))
        {
            return;
        }

        var now = record.Entry.Now;
        var (agentId, day) = (session.Policy.AgentId, session.Policy.Calendar.WindowOf(BudgetPeriod.Day, now));
        if (facts.Mistake.Length > 0)
        {
            AddFinding(TelemetryDetectors.WrongAttribute(agentId, facts.Mistake, day), SubjectOf(session), now);
        }

        if (facts.ReportedAt is { } reportedAt)
        {
            AddFinding(TelemetryDetectors.WrongClock(agentId, reportedAt, now, day), SubjectOf(session), now);
        }
    }

    private void InspectModel(LedgerRecord record, LedgerSession session)
    {
        var expected = record.CostSource == CostSource.Reported ? record.Price?.Parts.Total : null;
        var isUnpriced = record.CostSource is CostSource.Unpriced or CostSource.Assumed;
        if (!isUnpriced && (expected is null || !ModelPrice.Differs(record.Cost, expected.Value)))
        {
            return;
        }

        var (calendar, at) = (session.Policy.Calendar, record.Entry.OccurredAt);
        var day = calendar.WindowOf(BudgetPeriod.Day, at);
        var finding = expected is null
            ? ModelDetectors.Unpriced(record.Model, day, record.CostSource == CostSource.Assumed ? rules.AssumedRates : null)
            : ModelDetectors.CostDiffers(record.Model, day, record.Cost, expected.Value);
        if (ModelDetectors.MuteForDay(session.DetectorState, finding, at, calendar.ResetsAt(BudgetPeriod.Day, at)!.Value) is { } muted)
        {
            workingSet.Set(session.Id, muted);
            AddFinding(finding, SubjectOf(session), record.Entry.Now);
        }
    }

    private IReadOnlyList<RequiredStop> InspectSession(LedgerRecord record, LedgerSession session)
    {
        var usage = new ObservedUsage(session.Id, record.Entry.OccurredAt, record.Entry.Tokens.Counts, record.Cost, record.Entry.Error, session.Tokens);
        var (state, findings) = SessionDetectors.Detect(session.DetectorState, usage, session.DetectorRules);
        if (!ReferenceEquals(state, session.DetectorState))
        {
            workingSet.Set(session.Id, state);
        }

        foreach (var finding in findings)
        {
            AddFinding(finding, SubjectOf(session), record.Entry.Now);
        }

        return findings.Count == 0 ? [] : [.. findings.Select(finding => FindStop(finding, session)).OfType<RequiredStop>()];
    }

    /// <summary>The stop that the team's settings demand for a runaway; null if they demand only an alert.</summary>
    private static RequiredStop? FindStop(AlertFinding finding, LedgerSession session) => finding.Details.Action switch
    {
        RunawayAction.Pause => RequiredStop.PauseAgent(session, EnumNames.Of(finding.Kind)),
        RunawayAction.Kill => RequiredStop.Kill(session, EnumNames.Of(finding.Kind)),
        _ => null,
    };

    private void AddFinding(AlertFinding finding, AlertSubject subject, DateTimeOffset now, BudgetStatus? budget = null)
    {
        var alert = Alert.Raise(finding, subject, now);
        candidates.TryAdd(alert.Key, (alert, budget));
    }

    private static AlertSubject SubjectOf(LedgerSession session) =>
        new(session.Policy.TeamId, session.Policy.AgentId, session.Id, session.Policy.Task?.TaskId);
}
