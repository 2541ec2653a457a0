using System.Text.Json.Serialization;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>An agent with its caps, pauses and newest active session.</summary>
/// <param name="Policy">Its caps.</param>
/// <param name="Pauses">The pauses that apply to it.</param>
/// <param name="NewestSessionPath">Its newest active session and its ancestors; empty for none.</param>
/// <param name="NewestSessionTask">The task of that session; null for none.</param>
/// <param name="WasKilled">Whether its newest session was killed recently.</param>
/// <param name="OrganisationVersion">The version of its organisation. See <see cref="LedgerSession.OrganisationVersion"/>.</param>
internal sealed record LedgerAgent(
    BudgetPolicy Policy, LedgerPauses Pauses, IReadOnlyList<long> NewestSessionPath, TaskCap? NewestSessionTask, bool WasKilled, long OrganisationVersion);

/// <summary>The pauses of an agent, its team and its organisation, in force or not.</summary>
internal readonly record struct LedgerPauses(Pause? Organisation, Pause? Team, Pause? Agent);

/// <summary>The agent of a session, with its pause.</summary>
internal sealed record SessionAgent(long SessionId, Guid AgentId, Pause? Pause);

/// <summary>A session with the limits, pauses and detector rules that the ledger's decisions need.</summary>
internal sealed record LedgerSession
{
    public required long Id { get; init; }

    public required string AgentName { get; init; }

    public required string? TaskTitle { get; init; }

    public required long? ParentSessionId { get; init; }

    public required string? Model { get; init; }

    /// <summary>The labels of its usage, those of its ancestors included.</summary>
    public required LabelSet Labels { get; init; }

    public required SessionState State { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset? LastCallAt { get; init; }

    public required TokenCounts Tokens { get; init; }

    public required MoneyTotal Cost { get; init; }

    public required MoneyTotal ImputedCost { get; init; }

    /// <summary>The sum of its reservations that have not ended (USD).</summary>
    public required MoneyTotal Reserved { get; init; }

    public required BudgetPolicy Policy { get; init; }

    public required LedgerPauses Pauses { get; init; }

    /// <summary>What the detectors remember of its usages.</summary>
    public required DetectorState DetectorState { get; init; }

    /// <summary>The stored text of the detector state. It may have an older form, which the next usage replaces.</summary>
    public required string DetectorText { get; init; }

    /// <summary>The team's rules for alerts and runaways.</summary>
    public required DetectorRules DetectorRules { get; init; }

    /// <summary>The version of its organisation. A new value invalidates the cached prices and rules.</summary>
    public required long OrganisationVersion { get; init; }

    /// <summary>Returns the part of a call's labels that makes a difference to the session's.</summary>
    /// <param name="labels">The call's labels.</param>
    /// <param name="dropsSurplus">Whether labels that would be too many are dropped, instead of refused.</param>
    /// <exception cref="RuleViolationException"><c>validation</c>: these would be too many.</exception>
    public LabelSet OwnLabelsOf(LabelSet labels, bool dropsSurplus = false)
    {
        if (!dropsSurplus)
        {
            Labels.With(labels);
        }

        return Labels.AdditionsOf(labels);
    }
}

/// <summary>A reservation, with the caps that it counts against.</summary>
/// <param name="Reservation">The reservation.</param>
/// <param name="Policy">The caps, with the model and the labels of its call.</param>
internal sealed record LedgerReservation(Reservation Reservation, BudgetPolicy Policy)
{
    /// <summary>The windows that it counts in, each with the amount in the unit of its budget.</summary>
    [JsonIgnore]
    public IReadOnlyList<(BudgetWindow Window, Money Amount)> Holds { get; } =
        [.. Reservation.BudgetsOf(Policy).Select(budget => (budget.HeldIn, budget.AmountOf(Reservation.Amount, Reservation.Tokens)))];

    /// <summary>The windows that it counts in.</summary>
    [JsonIgnore]
    public IReadOnlyCollection<BudgetWindow> Windows => [.. Holds.Select(hold => hold.Window)];

    /// <summary>A reservation of a session.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="session">The caps of its session, with the session's model and labels.</param>
    public static LedgerReservation Of(Reservation reservation, BudgetPolicy session) =>
        new(reservation, session.ForCall(reservation.Model.Length == 0 ? session.Model : reservation.Model, reservation.Labels));
}
