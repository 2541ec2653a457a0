using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Entourage.Domain.Sessions;

/// <summary>
/// The permission of a session's agent to start one session below it. It is used once, within its time, and deleted when it is used. Its text
/// is shown when it is issued, and its hash alone is kept.
/// </summary>
public sealed class ChildToken
{
    /// <summary>The most tokens of a session that are neither used nor expired.</summary>
    public const int MaxOutstanding = 16;

    /// <summary>How long a token lasts unless its issuer says otherwise, in seconds.</summary>
    public const int DefaultTtlSeconds = 300;

    /// <summary>The longest that a token lasts, in seconds.</summary>
    public const int MaxTtlSeconds = 3_600;

    /// <summary>The longest text that is accepted as a token, in characters.</summary>
    public const int TextLength = 100;

    private const string Start = "ect_";
    private const int SecretLength = 32; // bytes

    private ChildToken()
    {
    }

    /// <summary>SHA-256 of the text. It needs no salt, since the text has 256 random bits.</summary>
    public byte[] TokenHash { get; private init; } = [];

    /// <summary>The parent session.</summary>
    public long SessionId { get; private init; }

    /// <summary>The one agent that may use it; null for any agent of the session's team.</summary>
    public Guid? AgentId { get; private init; }

    /// <summary>When it expires (UTC).</summary>
    public DateTimeOffset ExpiresAt { get; private init; }

    /// <summary>Issues a token.</summary>
    /// <param name="sessionId">The parent session.</param>
    /// <param name="agentId">The one agent that may use it, of the session's team; null for any of them.</param>
    /// <param name="ttl">How long it lasts.</param>
    /// <param name="now">The present (UTC).</param>
    /// <returns>The token, and its text, which is not kept.</returns>
    public static (ChildToken Token, string Text) Issue(long sessionId, Guid? agentId, TimeSpan ttl, DateTimeOffset now)
    {
        var text = Start + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretLength));
        return (new() { TokenHash = HashOf(text), SessionId = sessionId, AgentId = agentId, ExpiresAt = now + ttl }, text);
    }

    /// <summary>The hash of a text.</summary>
    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether an agent may use it now.</summary>
    public bool Allows(Guid agentId, DateTimeOffset now) => now < ExpiresAt && (AgentId is null || AgentId == agentId);
}
