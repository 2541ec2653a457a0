using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Entourage.Application.Abstractions;
using Entourage.Application.Budgets;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>A session with its usage.</summary>
public record SessionResponse
{
    /// <summary>The session's id.</summary>
    public required long Id { get; init; }

    /// <summary>The same id, under the name that requests use.</summary>
    public long SessionId => Id;

    /// <summary>The agent's id.</summary>
    public required Guid AgentId { get; init; }

    /// <summary>The agent's name.</summary>
    public required string AgentName { get; init; }

    /// <summary>The task's id; null for none.</summary>
    public required long? TaskId { get; init; }

    /// <summary>The task's title; null for none.</summary>
    public required string? TaskTitle { get; init; }

    /// <summary>The model of usages that name none; null for none.</summary>
    public required string? Model { get; init; }

    /// <summary>The labels of its usage, those of its parent session included. Empty in responses that earlier versions stored.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    /// <summary>The status.</summary>
    public required SessionStatus Status { get; init; }

    /// <summary>When it started (UTC).</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended (UTC); null while it is active.</summary>
    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whole minutes from its start to its end, or to now.</summary>
    public required long DurationMinutes { get; init; }

    /// <summary>Input tokens.</summary>
    public required long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long OutputTokens { get; init; }

    /// <summary>Cache-read tokens.</summary>
    public required long CacheReadTokens { get; init; }

    /// <summary>Cache-write tokens.</summary>
    public required long CacheWriteTokens { get; init; }

    /// <summary>Input plus output tokens.</summary>
    public long Tokens => InputTokens + OutputTokens;

    /// <summary>Its cost (USD).</summary>
    public required MoneyTotal CostUsd { get; init; }

    /// <summary>The cost (USD) of it and the sessions of its sub-agents.</summary>
    public required MoneyTotal TreeCostUsd { get; init; }

    /// <summary>The imputed cost (USD): what its usage under a subscription would have cost.</summary>
    public required MoneyTotal ImputedCostUsd { get; init; }

    /// <summary>The sum of its live reservations (USD), without its sub-agents'.</summary>
    public required MoneyTotal ReservedUsd { get; init; }

    /// <summary>The session that started this one for a sub-agent; null for none.</summary>
    public required long? ParentSessionId { get; init; }

    /// <summary>Why it failed or was killed; null otherwise.</summary>
    public required string? Error { get; init; }

    internal static async Task<SessionResponse> ReadAsync(IEntourageDb db, long id, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await ReadAsync(db, [await SessionRow.GetAsync(db, id, cancellationToken)], now, cancellationToken))[0];

    internal static async Task<IReadOnlyList<SessionResponse>> ReadAsync(
        IEntourageDb db, IReadOnlyCollection<SessionRow> rows, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var scopeIds = rows.Select(row => BudgetWindow.IdOf(row.Session.Id)).ToArray();
        var trees = await db.BudgetCounters.AsNoTracking()
            .Where(counter => counter.Scope == BudgetScope.Session && scopeIds.Contains(counter.ScopeId))
            .ToDictionaryAsync(counter => counter.ScopeId, counter => counter.Spent, cancellationToken);
        var ids = rows.Select(row => row.Session.Id).ToArray();
        var reserved = (await db.Reservations.AsNoTracking().LiveAt(now)
                .Where(reservation => ids.Contains(reservation.SessionId))
                .Select(reservation => new { reservation.SessionId, reservation.Amount })
                .ToListAsync(cancellationToken))
            .ToLookup(reservation => reservation.SessionId, reservation => reservation.Amount);
        return [.. rows.Select(row => Of(row, trees.GetValueOrDefault(BudgetWindow.IdOf(row.Session.Id)), MoneyTotal.Sum(reserved[row.Session.Id]), now))];
    }

    /// <summary>The response for a session in the ledger's working set.</summary>
    /// <param name="session">The session.</param>
    /// <param name="position">The budgets that it draws on at present.</param>
    /// <param name="now">The current time (UTC).</param>
    internal static SessionResponse Of(LedgerSession session, BudgetPosition position, DateTimeOffset now) => Of(
        session.Id,
        (session.Policy.AgentId, session.AgentName),
        (session.Policy.Task?.TaskId, session.TaskTitle),
        (session.ParentSessionId, session.Model, session.Labels),
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
            (session.ParentSessionId, session.Model, session.Labels),
            (new(session.Status, session.EndedAt, session.Error), session.StartedAt, now),
            new(session.InputTokens, session.OutputTokens, session.CacheReadTokens, session.CacheWriteTokens),
            (session.Cost, treeCost, session.ImputedCost, reserved));
    }

    private static SessionResponse Of(
        long id,
        (Guid Id, string Name) agent,
        (long? Id, string? Title) task,
        (long? ParentId, string? Model, LabelSet Labels) origin,
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
            Labels = origin.Labels,
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

    /// <summary>Whole minutes from a session's start to its end, or to now; zero if a clock ran backwards.</summary>
    public static long MinutesOf(DateTimeOffset startedAt, DateTimeOffset? endedAt, DateTimeOffset now) =>
        Math.Max(0, (long)((endedAt ?? now) - startedAt).TotalMinutes);
}

/// <summary>A session with the names of its agent and task.</summary>
internal sealed record SessionRow(Session Session, string AgentName, string? TaskTitle)
{
    public static Expression<Func<Session, SessionRow>> Projection(IEntourageDb db) => session => new SessionRow(
        session,
        db.Agents.Where(agent => agent.Id == session.AgentId).Select(agent => agent.Name).Single(),
        db.Tasks.Where(task => task.Id == session.TaskId).Select(task => task.Title).SingleOrDefault());

    public static Task<SessionRow> GetAsync(IEntourageDb db, long id, CancellationToken cancellationToken) => db.Sessions.AsNoTracking()
        .Where(session => session.Id == id)
        .Select(Projection(db))
        .GetAsync(id, "session", cancellationToken);
}

/// <summary>A session after a usage, and whether its agent must stop.</summary>
public sealed record UsageResponse : SessionResponse
{
    /// <summary>Used to deserialise stored responses.</summary>
    public UsageResponse()
    {
    }

    /// <summary>Adds the outcome of a usage to a session's response.</summary>
    [SetsRequiredMembers]
    public UsageResponse(SessionResponse session, Guid usageId, CostSource costSource, bool estimated, Money overrunUsd, BudgetResponse budget)
        : base(session)
    {
        (UsageId, CostSource, Estimated, OverrunUsd, Budget) = (usageId, costSource, estimated, overrunUsd, budget);
    }

    /// <summary>The id of the usage record, a version-7 UUID.</summary>
    [JsonPropertyOrder(1)]
    public required Guid UsageId { get; init; }

    /// <summary>What the agent may still spend.</summary>
    [JsonPropertyOrder(1)]
    public required BudgetResponse Budget { get; init; }

    /// <summary>Whether a hard budget that applies is exhausted.</summary>
    [JsonPropertyOrder(1)]
    public bool OverBudget => Budget.OverBudget;

    /// <summary>Whether the agent must stop. It needs to check no other member.</summary>
    [JsonPropertyOrder(1)]
    public bool Stop => Budget.Stop;

    /// <summary>Why the agent must stop.</summary>
    [JsonPropertyOrder(1)]
    public IReadOnlyList<string> StopReasons => Budget.StopReasons;

    /// <summary>The source of this usage's cost.</summary>
    [JsonPropertyOrder(1)]
    public required CostSource CostSource { get; init; }

    /// <summary>
    /// Whether the cost of this usage is an estimate: it was assumed, it is the reserved amount, or the price lacked a rate. False in responses that
    /// earlier versions stored.
    /// </summary>
    [JsonPropertyOrder(1)]
    public bool Estimated { get; init; }

    /// <summary>The part of its cost (USD) that neither a reservation nor the hard budgets' remaining amounts covered.</summary>
    [JsonPropertyOrder(1)]
    public required Money OverrunUsd { get; init; }
}
