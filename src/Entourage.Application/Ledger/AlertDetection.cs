using Entourage.Application.Events;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Ledger;

/// <summary>
/// Runs the detectors over the records of a transaction. Nearly always they find nothing: budget alerts are raised where a threshold is crossed, and a
/// session's state holds which of its alerts were raised.
/// </summary>
internal sealed class AlertDetection(LedgerWorkingSet workingSet, LedgerRules rules)
{
    private readonly Dictionary<AlertKey, (Alert Alert, BudgetStatus? Budget)> found = [];
    private readonly Dictionary<(Guid AgentId, DateTimeOffset Hour), (LedgerSession Session, DateTimeOffset Now)> suspects = [];

    /// <summary>Runs the detectors over a record that was added.</summary>
    /// <param name="record">The record.</param>
    /// <param name="before">The budgets that it draws on, before it.</param>
    /// <returns>The stops that it causes. They are carried out before it is answered.</returns>
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

    /// <summary>Notes that a session was abandoned.</summary>
    public void NoteAbandoned(LedgerSession session, DateTimeOffset now) =>
        Find(TeamworkDetectors.Abandoned(session.Id), SubjectOf(session), now);

    /// <summary>Raises what was found, unless there is an alert for the same cause and window.</summary>
    public async Task RaiseAsync(ILedgerStore store)
    {
        foreach (var ((agentId, hour), (session, now)) in suspects)
        {
            var until = hour.AddMinutes(PlausibilityDetectors.WindowMinutes);
            var cost = await store.CostInAsync(session.Policy.TeamId, agentId, hour, until) + workingSet.CostIn(agentId, hour, until);
            if (cost > rules.Bounds.ImplausibleHourlyCost)
            {
                Find(PlausibilityDetectors.OfHour(agentId, cost, rules.Bounds.ImplausibleHourlyCost.Value, hour), SubjectOf(session), now);
            }
        }

        var known = found.Count > 0 ? await store.FindAlertsAsync(found.Keys) : new HashSet<AlertKey>();
        foreach (var (key, (alert, budget)) in found)
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
        var cost = record.CountedCost;
        if (cost <= Money.Zero)
        {
            return;
        }

        foreach (var budget in before.Budgets)
        {
            if (budget.Budget.Limit is not null)
            {
                foreach (var crossed in BudgetDetectors.Crossed(budget, cost, session.DetectorRules.Thresholds))
                {
                    Find(crossed, AlertSubject.Of(budget.Budget.Window, session.Policy.TeamId), record.Entry.Now, budget.After(cost));
                }
            }

            if (budget.Budget.Window.Scope == BudgetScope.Task && BudgetDetectors.RedFlag(session.Policy.Task!, budget.Spending.Spent, cost) is { } redFlag)
            {
                Find(redFlag, new(session.Policy.TeamId, TaskId: session.Policy.Task!.TaskId), record.Entry.Now);
            }
        }
    }

    private void InspectPlausibility(LedgerRecord record, LedgerSession session, BudgetPosition before)
    {
        var (calendar, at) = (session.Policy.Calendar, record.Entry.OccurredAt);
        if (record.Cost > rules.Bounds.ImplausibleCost)
        {
            var day = calendar.WindowOf(BudgetPeriod.Day, at);
            Find(
                PlausibilityDetectors.OfUsage(session.Policy.AgentId, session.Id, record.Cost, rules.Bounds.ImplausibleCost.Value, day),
                SubjectOf(session),
                record.Entry.Now);
        }

        // An hour cannot cost more than the day around it, whose counter is loaded, and the session's cost under a subscription. Only above that sum are
        // the rollups of the hour read, once for each agent of a transaction.
        if (rules.Bounds.ImplausibleHourlyCost is { } hourly && SpentOfAgentDay(before) + record.CountedCost + session.ImputedCost > hourly)
        {
            suspects[(session.Policy.AgentId, calendar.HourOf(at))] = (session, record.Entry.Now);
        }
    }

    private static MoneyTotal SpentOfAgentDay(BudgetPosition position)
    {
        // An enumerator would be allocated for each usage.
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
        if (record.Entry.Telemetry is not { } facts || (facts.Mistake.Length == 0 && facts.ToldAt is null))
        {
            return;
        }

        var now = record.Entry.Now;
        var (agentId, day) = (session.Policy.AgentId, session.Policy.Calendar.WindowOf(BudgetPeriod.Day, now));
        if (facts.Mistake.Length > 0)
        {
            Find(TelemetryDetectors.WrongAttribute(agentId, facts.Mistake, day), SubjectOf(session), now);
        }

        if (facts.ToldAt is { } toldAt)
        {
            Find(TelemetryDetectors.WrongClock(agentId, toldAt, now, day), SubjectOf(session), now);
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
        if (ModelDetectors.Note(session.Watch, finding, at, calendar.ResetsAt(BudgetPeriod.Day, at)!.Value) is { } noted)
        {
            workingSet.Set(session.Id, noted);
            Find(finding, SubjectOf(session), record.Entry.Now);
        }
    }

    private IReadOnlyList<RequiredStop> InspectSession(LedgerRecord record, LedgerSession session)
    {
        var usage = new ObservedUsage(session.Id, record.Entry.OccurredAt, record.Entry.Tokens.Counts, record.Cost, record.Entry.Error, session.Tokens);
        var (state, findings) = SessionDetectors.Detect(session.Watch, usage, session.DetectorRules);
        if (!ReferenceEquals(state, session.Watch))
        {
            workingSet.Set(session.Id, state);
        }

        foreach (var finding in findings)
        {
            Find(finding, SubjectOf(session), record.Entry.Now);
        }

        return findings.Count == 0 ? [] : [.. findings.Select(finding => FindStop(finding, session)).OfType<RequiredStop>()];
    }

    /// <summary>The stop that the team wants for a runaway; null for an alert alone.</summary>
    private static RequiredStop? FindStop(AlertFinding finding, LedgerSession session) => finding.Details.Action switch
    {
        RunawayAction.Pause => RequiredStop.PauseAgent(session, EnumNames.Of(finding.Kind)),
        RunawayAction.Kill => RequiredStop.Kill(session, EnumNames.Of(finding.Kind)),
        _ => null,
    };

    private void Find(AlertFinding finding, AlertSubject subject, DateTimeOffset now, BudgetStatus? budget = null)
    {
        var alert = Alert.Raise(finding, subject, now);
        found.TryAdd(alert.Key, (alert, budget));
    }

    private static AlertSubject SubjectOf(LedgerSession session) =>
        new(session.Policy.TeamId, session.Policy.AgentId, session.Id, session.Policy.Task?.TaskId);
}
