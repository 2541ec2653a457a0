using System.Security.Cryptography;
using System.Text;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Otlp;

/// <summary>The session that a program's own session is recorded in.</summary>
public sealed class SourceSession
{
    private SourceSession()
    {
    }

    /// <summary>The agent, and what the program calls its session: a hash, so that no length or collation can confuse two.</summary>
    public byte[] KeyHash { get; private init; } = [];

    /// <summary>The session.</summary>
    public long SessionId { get; private set; }

    /// <summary>Links a program's session to one.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="name">What the program calls its session.</param>
    /// <param name="sessionId">The session.</param>
    public static SourceSession Link(Guid agentId, string name, long sessionId) => new() { KeyHash = HashOf(agentId, name), SessionId = sessionId };

    /// <summary>The key of a program's session.</summary>
    public static byte[] HashOf(Guid agentId, string name) => SHA256.HashData(Encoding.UTF8.GetBytes($"{agentId}\n{name}"));

    /// <summary>
    /// Whether a session is still the one of its program: until it has ended by itself. What happened before that belongs to it, too, and
    /// so does whatever a program does whose session was killed.
    /// </summary>
    /// <param name="status">How the session stands.</param>
    /// <param name="endedAt">When it ended (UTC).</param>
    /// <param name="at">When the program used something (UTC).</param>
    public static bool GoesOn(SessionStatus status, DateTimeOffset? endedAt, DateTimeOffset at) =>
        status is SessionStatus.Active or SessionStatus.Killed || at <= endedAt;

    /// <summary>Goes on in another session, since the earlier one has ended.</summary>
    public void GoOnIn(long sessionId) => SessionId = sessionId;
}
