using System.Security.Cryptography;
using System.Text;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Otlp;

/// <summary>Maps a program's own session to the session that records its usage.</summary>
public sealed class SourceSession
{
    private SourceSession()
    {
    }

    /// <summary>A hash of the agent and the program's session name, so that neither length nor collation can confuse two keys.</summary>
    public byte[] KeyHash { get; private init; } = [];

    /// <summary>The session.</summary>
    public long SessionId { get; private set; }

    /// <summary>Maps a program's session.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="name">The program's name for its session.</param>
    /// <param name="sessionId">The session.</param>
    public static SourceSession Link(Guid agentId, string name, long sessionId) => new() { KeyHash = HashOf(agentId, name), SessionId = sessionId };

    /// <summary>Computes the key of a program's session.</summary>
    public static byte[] HashOf(Guid agentId, string name) => SHA256.HashData(Encoding.UTF8.GetBytes($"{agentId}\n{name}"));

    /// <summary>
    /// Whether a session still records its program's usage at an instant. This is so until the session ends, and for ever if it was killed,
    /// because the program may ignore the kill.
    /// </summary>
    /// <param name="status">The status of the session.</param>
    /// <param name="endedAt">When the session ended (UTC).</param>
    /// <param name="at">When the usage happened (UTC).</param>
    public static bool GoesOn(SessionStatus status, DateTimeOffset? endedAt, DateTimeOffset at) =>
        status is SessionStatus.Active or SessionStatus.Killed || at <= endedAt;

    /// <summary>Maps to a new session, because the earlier one has ended.</summary>
    public void GoOnIn(long sessionId) => SessionId = sessionId;
}
