using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Stops;

/// <summary>
/// Whether an agent, a team or an organisation is paused, by which pause, and the sessions that it stops. If none is in force, <c>paused</c> is false
/// and the other members are null or empty.
/// </summary>
public sealed record PauseResponse
{
    /// <summary>The scope that was asked about.</summary>
    public required PauseScope Scope { get; init; }

    /// <summary>The id of the agent, team or organisation.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whether it may not work, because it is paused itself or what it belongs to is.</summary>
    public required bool Paused { get; init; }

    /// <summary>
    /// The scope whose pause is in force, which the other members describe: its own, else that of its team, else that of its organisation; null without a
    /// pause. To end the pause, resume that scope.
    /// </summary>
    public required PauseScope? PausedScope { get; init; }

    /// <summary>The reason.</summary>
    public required string? Reason { get; init; }

    /// <summary>When the pause began (UTC).</summary>
    public required DateTimeOffset? PausedAt { get; init; }

    /// <summary>When the pause expires (UTC); null if it lasts until someone resumes.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The name of the actor who paused; <c>entourage</c> for Entourage itself.</summary>
    public required string? PausedBy { get; init; }

    /// <summary>The number of live reservations that its own pause released; 0 if a pause above it is in force.</summary>
    public required int ReservationsReleased { get; init; }

    /// <summary>The sessions that were active when the pause began, by number.</summary>
    public required IReadOnlyList<PausedSessionResponse> Sessions { get; init; }

    /// <summary>Reads the response for the pause in force, or for none.</summary>
    internal static async Task<PauseResponse> ReadAsync(IEntourageDb db, PauseSubject subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var paused in subject.SelfAndAbove())
        {
            if (await db.FindPauseAsync(paused, cancellationToken) is { } pause && pause.IsInForceAt(now))
            {
                return await ReadAsync(db, subject, paused.Scope, pause, cancellationToken);
            }
        }

        return await ReadAsync(db, subject, null, null, cancellationToken);
    }

    /// <summary>Reads the response for a known pause, or for none.</summary>
    /// <param name="db">The store.</param>
    /// <param name="subject">The subject that was asked about.</param>
    /// <param name="pausedScope">The scope of the pause; null for none.</param>
    /// <param name="pause">The pause; null for none.</param>
    /// <param name="cancellationToken">Cancelled when the caller disconnects.</param>
    internal static async Task<PauseResponse> ReadAsync(
        IEntourageDb db, PauseSubject subject, PauseScope? pausedScope, Pause? pause, CancellationToken cancellationToken) =>
        new()
        {
            Scope = subject.Scope,
            Id = subject.Id,
            Paused = pause is not null,
            PausedScope = pausedScope,
            Reason = pause?.Reason,
            PausedAt = pause?.PausedAt,
            ExpiresAt = pause?.ExpiresAt,
            PausedBy = pause?.By,
            ReservationsReleased = pausedScope == subject.Scope ? pause?.ReservationsReleased ?? 0 : 0,
            Sessions = pause is null ? [] : await ReadSessionsAsync(db, subject, pause, cancellationToken),
        };

    private static async Task<IReadOnlyList<PausedSessionResponse>> ReadSessionsAsync(
        IEntourageDb db, PauseSubject subject, Pause pause, CancellationToken cancellationToken)
    {
        var since = pause.PausedAt;
        var sessions = await ReadActiveAtAsync(db, subject, since, cancellationToken);
        if (subject.Scope == PauseScope.Agent)
        {
            await db.KeepOfAgentAsync(sessions, subject.Id, cancellationToken);
        }

        var agentIds = sessions.Select(session => session.AgentId).Distinct().ToArray();
        var names = await db.Agents.Where(agent => agentIds.Contains(agent.Id)).ToDictionaryAsync(agent => agent.Id, agent => agent.Name, cancellationToken);
        var stillReporting = sessions.Where(session => session is { EndedAt: null, LastCallAt: { } lastCallAt } && lastCallAt > since)
            .Select(session => session.Id)
            .ToArray();
        var disobeying = stillReporting.Length == 0 ? [] : await db.UsageRecords
            .Where(record => stillReporting.Contains(record.SessionId) && record.OccurredAt > since)
            .Select(record => record.SessionId)
            .Distinct()
            .ToListAsync(cancellationToken);
        return [.. sessions.Select(session => new PausedSessionResponse(
            session.Id,
            session.AgentId,
            names[session.AgentId],
            session.Status,
            session.EndedAt,
            session.LastCallAt,
            !disobeying.Contains(session.Id)))];
    }

    /// <summary>Reads the sessions of a team, or of all teams of an organisation, that were active at an instant.</summary>
    private static async Task<List<Session>> ReadActiveAtAsync(
        IEntourageDb db, PauseSubject subject, DateTimeOffset instant, CancellationToken cancellationToken)
    {
        var teamIds = await db.FindTeamsUnderAsync(subject, cancellationToken);
        var begun = db.Sessions.AsNoTracking().Where(session => teamIds.Contains(session.TeamId) && session.StartedAt <= instant);

        // Two queries, each of which an index covers.
        var active = await begun.Where(session => session.EndedAt == null).ToListAsync(cancellationToken);
        var ended = await begun.Where(session => session.EndedAt > instant).ToListAsync(cancellationToken);
        return [.. active.Concat(ended).DistinctBy(session => session.Id).OrderBy(session => session.Id)];
    }
}

/// <summary>A session that was active when a pause began, and whether it has obeyed.</summary>
/// <param name="SessionId">The number of the session.</param>
/// <param name="AgentId">The agent.</param>
/// <param name="AgentName">The name of the agent.</param>
/// <param name="Status">The status of the session.</param>
/// <param name="EndedAt">When the session ended (UTC); null while it is active.</param>
/// <param name="LastCallAt">When the session last reported usage (UTC); null if it has reported none.</param>
/// <param name="Obeyed">Whether the session has ended, or has reported no usage that happened after the pause began.</param>
public sealed record PausedSessionResponse(
    long SessionId, Guid AgentId, string AgentName, SessionStatus Status, DateTimeOffset? EndedAt, DateTimeOffset? LastCallAt, bool Obeyed);
