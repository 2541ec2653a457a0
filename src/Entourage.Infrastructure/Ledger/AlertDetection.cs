using Entourage.Application.Events;
using Entourage.Application.Json;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// What the usages of a batch give cause to say. Nearly always that is nothing: the rules go by lines that are crossed, and
/// sessions remember what was said of them. What is to be done about a runaway is done before its usage is answered.
/// </summary>
internal sealed class AlertDetection(LedgerWorkingSet books, LedgerStops stops, UsageBounds bounds, TokenRates assumedRates)
{
    private readonly Dictionary<AlertKey, (Alert Alert, BudgetStatus? Budget)> found = [];
    private readonly Dictionary<(Guid AgentId, DateTimeOffset Hour), (LedgerSession Session, DateTimeOffset Now)> suspects = [];

    /// <summary>Looks at a record that was added.</summary>
    /// <param name="record">The record.</param>
    /// <param name="before">How the budgets that it draws on stood before it.</param>
    public void Look(LedgerRecord record, BudgetPosition before)
    {
        var session = books.FindSession(record.Entry.SessionId)!;
        LookAtBudgets(record, session, before);
        LookAtPlausibility(record, session, before);
        if (record.Corrects is not null)
        {
            // The usage was looked at when it was recorded; only its cost is new.
            return;
        }

        LookAtTelemetry(record, session);
        LookAtModel(record, session);
        LookAtSession(record, books.FindSession(session.Id)!);
    }

    /// <summary>Notes that a session was closed since nothing was heard of it.</summary>
    public void NoteAbandoned(LedgerSession session, DateTimeOffset now) =>
        Find(TeamworkDetectors.Abandoned(session.Id), SubjectOf(session), now);

    /// <summary>Raises what was found and is not known yet.</summary>
    public async Task RaiseAsync(ILedgerWrites store)
    {
        foreach (var ((agentId, hour), (session, now)) in suspects)
        {
            var until = hour.AddMinutes(PlausibilityDetectors.WindowMinutes);
            var cost = await store.CostInAsync(session.Policy.TeamId, agentId, hour, until) + books.CostIn(agentId, hour, until);
            if (cost > bounds.ImplausibleHourlyCost)
            {
                Find(PlausibilityDetectors.OfHour(agentId, cost, bounds.ImplausibleHourlyCost.Value, hour), SubjectOf(session), now);
            }
        }

        var known = found.Count > 0 ? await store.FindAlertsAsync(found.Keys) : new HashSet<AlertKey>();
        foreach (var (key, (alert, budget)) in found)
        {
            if (known.Contains(key))
            {
                continue;
            }

            books.Raise(alert);
            if (budget is not null)
            {
                books.Tell(TeamEventFactory.Of(budget, alert));
            }
        }
    }

    private void LookAtBudgets(LedgerRecord record, LedgerSession session, BudgetPosition before)
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

    private void LookAtPlausibility(LedgerRecord record, LedgerSession session, BudgetPosition before)
    {
        var (calendar, at) = (session.Policy.Calendar, record.Entry.OccurredAt);
        if (record.Cost > bounds.ImplausibleCost)
        {
            var day = calendar.WindowOf(BudgetPeriod.Day, at);
            Find(
                PlausibilityDetectors.OfUsage(session.Policy.AgentId, session.Id, record.Cost, bounds.ImplausibleCost.Value, day),
                SubjectOf(session),
                record.Entry.Now);
        }

        // An hour hardly costs more than the day around it, whose counter is at hand, and what the session has cost under a subscription: only beyond
        // that are the rollups of the hour read, once for each agent of a transaction.
        if (bounds.ImplausibleHourlyCost is { } hourly && SpentOfAgentDay(before) + record.CountedCost + session.ImputedCost > hourly)
        {
            suspects[(session.Policy.AgentId, calendar.HourOf(at))] = (session, record.Entry.Now);
        }
    }

    private static MoneyTotal SpentOfAgentDay(BudgetPosition position)
    {
        // Counted, since an enumerator would be made for each usage.
        for (var i = 0; i < position.Budgets.Count; i++)
        {
            if (position.Budgets[i].Budget.Window.Scope == BudgetScope.Agent)
            {
                return position.Budgets[i].Spending.Spent;
            }
        }

        return MoneyTotal.Zero;
    }

    private void LookAtTelemetry(LedgerRecord record, LedgerSession session)
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

    private void LookAtModel(LedgerRecord record, LedgerSession session)
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
            ? ModelDetectors.Unpriced(record.Model, day, record.CostSource == CostSource.Assumed ? assumedRates : null)
            : ModelDetectors.CostDiffers(record.Model, day, record.Cost, expected.Value);
        if (ModelDetectors.Note(session.Watch, finding, at, calendar.ResetsAt(BudgetPeriod.Day, at)!.Value) is { } noted)
        {
            books.Watch(session.Id, noted);
            Find(finding, SubjectOf(session), record.Entry.Now);
        }
    }

    private void LookAtSession(LedgerRecord record, LedgerSession session)
    {
        var usage = new ObservedUsage(session.Id, record.Entry.OccurredAt, record.Entry.Tokens.Counts, record.Cost, record.Entry.Error, session.Tokens);
        var (watch, findings) = SessionDetectors.Look(session.Watch, usage, session.DetectorRules);
        if (!ReferenceEquals(watch, session.Watch))
        {
            books.Watch(session.Id, watch);
        }

        foreach (var finding in findings)
        {
            Find(finding, SubjectOf(session), record.Entry.Now);
            Act(finding, session, record.Entry.Now);
        }
    }

    private void Act(AlertFinding finding, LedgerSession session, DateTimeOffset now)
    {
        switch (finding.Details.Action)
        {
            case RunawayAction.Pause:
                stops.PauseAgent(session, EnumNames.Of(finding.Kind), now);
                break;
            case RunawayAction.Kill:
                stops.Kill(session, EnumNames.Of(finding.Kind), now);
                break;
        }
    }

    private void Find(AlertFinding finding, AlertSubject subject, DateTimeOffset now, BudgetStatus? budget = null)
    {
        var alert = Alert.Raise(finding, subject, now);
        found.TryAdd(alert.Key, (alert, budget));
    }

    private static AlertSubject SubjectOf(LedgerSession session) =>
        new(session.Policy.TeamId, session.Policy.AgentId, session.Id, session.Policy.Task?.TaskId);
}
