using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Entourage.Application.Abstractions;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>A session and what it has used.</summary>
public record SessionResponse
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>Its number again, under the name that requests use.</summary>
    public long SessionId => Id;

    /// <summary>The agent that works.</summary>
    public required Guid AgentId { get; init; }

    /// <summary>What the agent is called.</summary>
    public required string AgentName { get; init; }

    /// <summary>The task worked on, if any.</summary>
    public required long? TaskId { get; init; }

    /// <summary>What the task is called.</summary>
    public required string? TaskTitle { get; init; }

    /// <summary>The model that its usage is of unless a usage says otherwise.</summary>
    public required string? Model { get; init; }

    /// <summary>How it stands.</summary>
    public required SessionStatus Status { get; init; }

    /// <summary>When it began (UTC).</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended (UTC).</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whole minutes from its beginning to its end, or to now.</summary>
    public required long DurationMinutes { get; init; }

    /// <summary>Input tokens.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Cache-read tokens.</summary>
    public required long CacheReadTokens { get; init; }

    /// <summary>Cache-write tokens.</summary>
    public required long CacheWriteTokens { get; init; }

    /// <summary>Input and output tokens together.</summary>
    public long Tokens => InputTokens + OutputTokens;

    /// <summary>What it has cost (USD).</summary>
    public required MoneyTotal CostUsd { get; init; }

    /// <summary>What it and the sessions of its sub-agents have cost (USD).</summary>
    public required MoneyTotal TreeCostUsd { get; init; }

    /// <summary>What its usage under a subscription would have cost (USD).</summary>
    public required MoneyTotal ImputedCostUsd { get; init; }

    /// <summary>What its live reservations hold (USD), its sub-agents' not included.</summary>
    public required MoneyTotal ReservedUsd { get; init; }

    /// <summary>The session that this one is a sub-agent's of, if any.</summary>
    public required long? ParentSessionId { get; init; }

    /// <summary>Why it failed, if it did.</summary>
    public required string? Error { get; init; }

    internal static async Task<SessionResponse> ReadAsync(IEntourageDb db, long id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var row = await db.Sessions.AsNoTracking()
            .Where(session => session.Id == id)
            .Select(SessionRow.Projection(db))
            .GetAsync(id, "session", cancellationToken);
        return (await ReadAsync(db, [row], now, cancellationToken))[0];
    }

    internal static async Task<IReadOnlyList<SessionResponse>> ReadAsync(
        IEntourageDb db, IReadOnlyCollection<SessionRow> rows, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var scopeIds = rows.Select(row => BudgetWindow.IdOf(row.Session.Id)).ToArray();
        var trees = await db.BudgetCounters.AsNoTracking()
            .Where(counter => counter.Scope == BudgetScope.Session && scopeIds.Contains(counter.ScopeId))
            .ToDictionaryAsync(counter => counter.ScopeId, counter => counter.Spent, cancellationToken);
        var ids = rows.Select(row => row.Session.Id).ToArray();
        var reserved = (await db.Reservations.AsNoTracking()
                .Where(reservation => ids.Contains(reservation.SessionId) && reservation.EndedAt == null && reservation.ExpiresAt > now)
                .Select(reservation => new { reservation.SessionId, reservation.Amount })
                .ToListAsync(cancellationToken))
            .ToLookup(reservation => reservation.SessionId, reservation => reservation.Amount);
        return [.. rows.Select(row => Of(row, trees.GetValueOrDefault(BudgetWindow.IdOf(row.Session.Id)), MoneyTotal.Sum(reserved[row.Session.Id]), now))];
    }

    /// <summary>The response for a session in the ledger's working set.</summary>
    /// <param name="session">The session.</param>
    /// <param name="position">The budgets that it draws on at present.</param>
    /// <param name="now">The present (UTC).</param>
    internal static SessionResponse Of(LedgerSession session, BudgetPosition position, DateTimeOffset now) => Of(
        session.Id,
        (session.Policy.AgentId, session.AgentName),
        (session.Policy.Task?.TaskId, session.TaskTitle),
        (session.ParentSessionId, session.Model),
        (session.State, session.StartedAt, now),
        session.Tokens,
        // The first session of its path is the session itself.
        (session.Cost, position.Budgets.First(budget => budget.Budget.Window.Scope == BudgetScope.Session).Spending.Spent, session.ImputedCost, session.Reserved));

    private static SessionResponse Of(SessionRow row, MoneyTotal treeCost, MoneyTotal reserved, DateTimeOffset now)
    {
        var session = row.Session;
        return Of(
            session.Id,
            (session.AgentId, row.AgentName),
            (session.TaskId, row.TaskTitle),
            (session.ParentSessionId, session.Model),
            (new(session.Status, session.EndedAt, session.Error), session.StartedAt, now),
            new(session.InputTokens, session.OutputTokens, session.CacheReadTokens, session.CacheWriteTokens),
            (session.Cost, treeCost, session.ImputedCost, reserved));
    }

    private static SessionResponse Of(
        long id,
        (Guid Id, string Name) agent,
        (long? Id, string? Title) task,
        (long? ParentId, string? Model) origin,
        (SessionState State, DateTimeOffset StartedAt, DateTimeOffset Now) life,
        TokenCounts tokens,
        (MoneyTotal Own, MoneyTotal Tree, MoneyTotal Imputed, MoneyTotal Reserved) cost) => new()
        {
            Id = id,
            AgentId = agent.Id,
            AgentName = agent.Name,
            TaskId = task.Id,
            TaskTitle = task.Title,
            Model = origin.Model,
            Status = life.State.Status,
            StartedAt = life.StartedAt,
            EndedAt = life.State.EndedAt,
            DurationMinutes = MinutesOf(life.StartedAt, life.State.EndedAt, life.Now),
            InputTokens = tokens.Input,
            OutputTokens = tokens.Output,
            CacheReadTokens = tokens.CacheRead,
            CacheWriteTokens = tokens.CacheWrite,
            CostUsd = cost.Own,
            TreeCostUsd = cost.Tree,
            ImputedCostUsd = cost.Imputed,
            ReservedUsd = cost.Reserved,
            ParentSessionId = origin.ParentId,
            Error = life.State.Error,
        };

    /// <summary>Whole minutes from a session's beginning to its end, or to now; zero where clocks ran backwards.</summary>
    public static long MinutesOf(DateTimeOffset startedAt, DateTimeOffset? endedAt, DateTimeOffset now) =>
        Math.Max(0, (long)((endedAt ?? now) - startedAt).TotalMinutes);
}

/// <summary>A session with the names of what it refers to.</summary>
internal sealed record SessionRow(Session Session, string AgentName, string? TaskTitle)
{
    public static Expression<Func<Session, SessionRow>> Projection(IEntourageDb db) => session => new SessionRow(
        session,
        db.Agents.Where(agent => agent.Id == session.AgentId).Select(agent => agent.Name).Single(),
        db.Tasks.Where(task => task.Id == session.TaskId).Select(task => task.Title).SingleOrDefault());
}

/// <summary>A session after a usage, and whether its agent must stop.</summary>
public sealed record UsageResponse : SessionResponse
{
    /// <summary>For what was stored as JSON.</summary>
    public UsageResponse()
    {
    }

    /// <summary>Adds to what is told of a session.</summary>
    [SetsRequiredMembers]
    public UsageResponse(SessionResponse session, Guid usageId, CostSource costSource, bool estimated, Money overrunUsd, BudgetResponse budget)
        : base(session)
    {
        (UsageId, CostSource, Estimated, OverrunUsd, Budget) = (usageId, costSource, estimated, overrunUsd, budget);
    }

    /// <summary>The usage record that was written: a version-7 UUID.</summary>
    [JsonPropertyOrder(1)]
    public required Guid UsageId { get; init; }

    /// <summary>What the agent may still spend.</summary>
    [JsonPropertyOrder(1)]
    public required BudgetResponse Budget { get; init; }

    /// <summary>A hard budget that applies has nothing left.</summary>
    [JsonPropertyOrder(1)]
    public bool OverBudget => Budget.OverBudget;

    /// <summary>The agent must stop. It obeys this member alone.</summary>
    [JsonPropertyOrder(1)]
    public bool Stop => Budget.Stop;

    /// <summary>Why it must stop.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<string> StopReasons => Budget.StopReasons;

    /// <summary>Where the cost of this usage comes from.</summary>
    [JsonPropertyOrder(1)]
    public required CostSource CostSource { get; init; }

    /// <summary>
    /// The cost of this usage is an estimate: it is assumed, it is what was reserved, or the price lacked a rate that was needed. Stored answers of
    /// earlier programs do not say so.
    /// </summary>
    [JsonPropertyOrder(1)]
    public bool Estimated { get; init; }

    /// <summary>The part of its cost that neither a reservation nor what the hard budgets had left covered (USD).</summary>
    [JsonPropertyOrder(1)]
    public required Money OverrunUsd { get; init; }
}
