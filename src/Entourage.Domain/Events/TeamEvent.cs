namespace Entourage.Domain.Events;

/// <summary>What an event tells of. The numbers are stored and never change.</summary>
public enum EventKind
{
    /// <summary>A usage was recorded. No event is stored for it: the usage record is the event.</summary>
    Usage = 1,

    /// <summary>A session began or ended.</summary>
    Session = 2,

    /// <summary>A budget stands otherwise than before: it is over, or is not any more.</summary>
    Budget = 3,

    /// <summary>Somebody should look.</summary>
    Alert = 4,

    /// <summary>An agent, a session or the team must stop, or may go on.</summary>
    Stop = 5,

    /// <summary>What a team may spend was changed.</summary>
    Settings = 6,
}

/// <summary>
/// Something that those who watch a team are told. Append-only, and written in the transaction of what it tells, so it is there
/// exactly when that has happened.
/// </summary>
/// <remarks>
/// Readers go on from the greatest sequence they have seen. SQL Server hands sequences out before the commit, so whoever adds an
/// event holds the team's organisation first, as every transaction of the ledger does: then the events of an organisation become
/// visible in the order of their sequences, and no reader passes over one that is committed later.
/// </remarks>
public sealed class TeamEvent
{
    private TeamEvent()
    {
    }

    /// <summary>The order in which the store took it; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID, the same wherever the event is told.</summary>
    public Guid Id { get; private init; }

    /// <summary>The team whose watchers are told.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The agent that it is about; null when it concerns all agents of the team.</summary>
    public Guid? AgentId { get; private init; }

    /// <summary>The session that it is about, if it is about one.</summary>
    public long? SessionId { get; private init; }

    /// <summary>What it tells of; never <see cref="EventKind.Usage"/>.</summary>
    public EventKind Kind { get; private init; }

    /// <summary>When it happened (UTC).</summary>
    public DateTimeOffset OccurredAt { get; private init; }

    /// <summary>What is told: a JSON object.</summary>
    public string Payload { get; private init; } = "";

    /// <summary>Makes an event.</summary>
    /// <param name="kind">What it tells of.</param>
    /// <param name="teamId">The team whose watchers are told.</param>
    /// <param name="agentId">The agent that it is about; null when it concerns all agents of the team.</param>
    /// <param name="sessionId">The session that it is about, if it is about one.</param>
    /// <param name="payload">What is told: a JSON object.</param>
    /// <param name="now">The present (UTC).</param>
    /// <exception cref="ArgumentOutOfRangeException">It would tell of a usage, whose record is the event.</exception>
    public static TeamEvent Create(EventKind kind, Guid teamId, Guid? agentId, long? sessionId, string payload, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(kind, EventKind.Usage);
        return new()
        {
            Id = Guid.CreateVersion7(now),
            TeamId = teamId,
            AgentId = agentId,
            SessionId = sessionId,
            Kind = kind,
            OccurredAt = now,
            Payload = payload,
        };
    }
}
