using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Stops;

/// <summary>A pause, and who has obeyed it. Where nothing is paused, <c>paused</c> is false and the rest is null or empty.</summary>
public sealed record PauseResponse
{
    /// <summary>Whose work it stops.</summary>
    public required PauseScope Scope { get; init; }

    /// <summary>The id of that.</summary>
    public required Guid Id { get; init; }

    /// <summary>It is paused itself; what it belongs to may be or not.</summary>
    public required bool Paused { get; init; }

    /// <summary>Why.</summary>
    public required string? Reason { get; init; }

    /// <summary>Since when (UTC).</summary>
    public required DateTimeOffset? PausedAt { get; init; }

    /// <summary>Until when (UTC); null for a pause that lasts until somebody resumes.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Who paused; <c>entourage</c> where the product itself did.</summary>
    public required string? PausedBy { get; init; }

    /// <summary>How many live reservations the pause gave back.</summary>
    public required int ReservationsReleased { get; init; }

    /// <summary>The sessions that were active when it began, by their numbers.</summary>
    public required IReadOnlyList<PausedSessionResponse> Sessions { get; init; }

    /// <summary>The answer for a pause in force, or for none.</summary>
    internal static async Task<PauseResponse> ReadAsync(IEntourageDb db, PauseSubject subject, Pause? pause, CancellationToken cancellationToken) => new()
    {
        Scope = subject.Scope,
        Id = subject.Id,
        Paused = pause is not null,
        Reason = pause?.Reason,
        PausedAt = pause?.PausedAt,
        ExpiresAt = pause?.ExpiresAt,
        PausedBy = pause?.By,
        ReservationsReleased = pause?.ReservationsReleased ?? 0,
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
        var heardOf = sessions.Where(session => session is { EndedAt: null, LastCallAt: { } lastCallAt } && lastCallAt > since)
            .Select(session => session.Id)
            .ToArray();
        var going = heardOf.Length == 0 ? [] : await db.UsageRecords
            .Where(record => heardOf.Contains(record.SessionId) && record.OccurredAt > since)
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
            !going.Contains(session.Id)))];
    }

    /// <summary>The sessions of a team, or of all teams of an organisation, that were active at an instant.</summary>
    private static async Task<List<Session>> ReadActiveAtAsync(
        IEntourageDb db, PauseSubject subject, DateTimeOffset instant, CancellationToken cancellationToken)
    {
        var teamIds = subject.TeamId is { } teamId
            ? [teamId]
            : await db.Teams.Where(team => team.OrganisationId == subject.OrganisationId).Select(team => team.Id).ToListAsync(cancellationToken);
        var begun = db.Sessions.AsNoTracking().Where(session => teamIds.Contains(session.TeamId) && session.StartedAt <= instant);

        // Two questions, each of which the index answers.
        var going = await begun.Where(session => session.EndedAt == null).ToListAsync(cancellationToken);
        var ended = await begun.Where(session => session.EndedAt > instant).ToListAsync(cancellationToken);
        return [.. going.Concat(ended).DistinctBy(session => session.Id).OrderBy(session => session.Id)];
    }
}

/// <summary>A session that was active when a pause began, and whether it has obeyed.</summary>
/// <param name="SessionId">Its number.</param>
/// <param name="AgentId">The agent that works.</param>
/// <param name="AgentName">What the agent is called.</param>
/// <param name="Status">How it stands.</param>
/// <param name="EndedAt">When it ended (UTC); null while it is active.</param>
/// <param name="LastCallAt">When it last reported a usage (UTC); null while it has reported none.</param>
/// <param name="Obeyed">It has ended, or has reported no usage that happened after the pause began.</param>
public sealed record PausedSessionResponse(
    long SessionId, Guid AgentId, string AgentName, SessionStatus Status, DateTimeOffset? EndedAt, DateTimeOffset? LastCallAt, bool Obeyed);
