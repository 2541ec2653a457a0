using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>What the ledger knows of an agent: its caps, and its newest active session, if it has one.</summary>
internal sealed record LedgerSubject(BudgetPolicy Policy, IReadOnlyList<long> NewestSessionPath, TaskCap? NewestSessionTask);

/// <summary>What the ledger knows of a session: what answers say of it, and whose budgets it falls under.</summary>
internal sealed record LedgerSession
{
    public required long Id { get; init; }

    public required string AgentName { get; init; }

    public required string? TaskTitle { get; init; }

    public required long? ParentSessionId { get; init; }

    public required string? Model { get; init; }

    public required SessionStatus Status { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset? EndedAt { get; init; }

    public required string? Error { get; init; }

    public required TokenCounts Tokens { get; init; }

    public required Money Cost { get; init; }

    public required Money ImputedCost { get; init; }

    public required BudgetPolicy Policy { get; init; }
}
