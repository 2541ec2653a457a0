namespace Entourage.Domain.Events;

/// <summary>The kind of an event. The numbers are stored and must never change.</summary>
public enum EventKind
{
    /// <summary>A usage was recorded. No event is stored for it, because the usage record is the event.</summary>
    Usage = 1,

    /// <summary>A session started or ended.</summary>
    Session = 2,

    /// <summary>A budget has become over, or is no longer over.</summary>
    Budget = 3,

    /// <summary>An alert was raised.</summary>
    Alert = 4,

    /// <summary>An agent, a session or the team must stop, or may continue.</summary>
    Stop = 5,

    /// <summary>A team's settings were changed.</summary>
    Settings = 6,
}

/// <summary>
/// Something that happened in a team. It is append-only and written in the transaction of the change, so both exist or neither does.
/// </summary>
/// <remarks>
/// Readers continue from the highest sequence that they have seen. SQL Server assigns sequences before the commit. Code that adds an event
/// must therefore take the organisation lock first, as the ledger's transactions do. Then the events of an organisation become visible in
/// the order of their sequences, and no reader skips one that is committed later.
/// </remarks>
public sealed class TeamEvent
{
    private TeamEvent()
    {
    }

    /// <summary>The store's sequence number; unique.</summary>
    public long Sequence { get; private init; }

    /// <summary>A version-7 UUID, the same in the event stream and in webhook deliveries.</summary>
    public Guid Id { get; private init; }

    /// <summary>The team.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>The agent; null if the event concerns all agents of the team.</summary>
    public Guid? AgentId { get; private init; }

    /// <summary>The session, if any.</summary>
    public long? SessionId { get; private init; }

    /// <summary>The kind; never <see cref="EventKind.Usage"/>.</summary>
    public EventKind Kind { get; private init; }

    /// <summary>When it happened (UTC).</summary>
    public DateTimeOffset OccurredAt { get; private init; }

    /// <summary>The content, serialised by the caller.</summary>
    public string Payload { get; private init; } = "";

    /// <summary>Creates an event.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="teamId">The team.</param>
    /// <param name="agentId">The agent; null if the event concerns all agents of the team.</param>
    /// <param name="sessionId">The session, if any.</param>
    /// <param name="payload">The content, serialised.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <exception cref="ArgumentOutOfRangeException">The kind is <see cref="EventKind.Usage"/>.</exception>
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
