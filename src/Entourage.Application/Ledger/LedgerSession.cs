using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>What the ledger knows of an agent: its caps and pauses, and its newest active session, if it has one.</summary>
/// <param name="Policy">Its caps.</param>
/// <param name="Pauses">What may stop it.</param>
/// <param name="NewestSessionPath">Its newest active session, followed by those above; empty where there is none.</param>
/// <param name="NewestSessionTask">The task of that session.</param>
/// <param name="WasKilled">Its newest session of all was killed a short while ago.</param>
internal sealed record LedgerSubject(
    BudgetPolicy Policy, LedgerPauses Pauses, IReadOnlyList<long> NewestSessionPath, TaskCap? NewestSessionTask, bool WasKilled);

/// <summary>The pauses on the rows that a session or an agent belongs to, in force or not.</summary>
internal readonly record struct LedgerPauses(Pause? Organisation, Pause? Team, Pause? Agent);

/// <summary>Whose a session is, and whether that agent is paused.</summary>
internal sealed record LedgerWorker(long SessionId, Guid AgentId, Pause? Pause);

/// <summary>What the ledger knows of a session: what answers say of it, and whose budgets it falls under.</summary>
internal sealed record LedgerSession
{
    public required long Id { get; init; }

    public required string AgentName { get; init; }

    public required string? TaskTitle { get; init; }

    public required long? ParentSessionId { get; init; }

    public required string? Model { get; init; }

    public required SessionState State { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset? LastCallAt { get; init; }

    public required TokenCounts Tokens { get; init; }

    public required MoneyTotal Cost { get; init; }

    public required MoneyTotal ImputedCost { get; init; }

    /// <summary>What its reservations hold that have not ended.</summary>
    public required MoneyTotal Reserved { get; init; }

    public required BudgetPolicy Policy { get; init; }

    public required LedgerPauses Pauses { get; init; }

    /// <summary>What is remembered of it to notice that it runs away.</summary>
    public required DetectorState Watch { get; init; }

    /// <summary>The text of that, as it was read: one in another form is replaced as well.</summary>
    public required string WatchText { get; init; }

    /// <summary>When its team is told, and what makes it a runaway.</summary>
    public required DetectorRules DetectorRules { get; init; }

    /// <summary>Which state of its organisation this is: the prices of the organisation are others when it is another.</summary>
    public required long OrganisationVersion { get; init; }
}

/// <summary>A reservation, and whose budgets it takes from.</summary>
internal sealed record LedgerReservation(Reservation Reservation, BudgetPolicy Policy)
{
    /// <summary>The windows that it takes from.</summary>
    public IReadOnlyCollection<BudgetWindow> Windows { get; } = [.. Reservation.BudgetsOf(Policy).Select(budget => budget.Window)];
}
