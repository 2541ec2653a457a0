using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Entourage.Domain.Sessions;

/// <summary>
/// A one-time permission to start a session below another one. It is deleted when it is used. Its text is returned when it is issued, and
/// only its hash is stored.
/// </summary>
public sealed class ChildToken
{
    /// <summary>The maximum number of a session's unused, unexpired tokens.</summary>
    public const int MaxOutstanding = 16;

    /// <summary>The default lifetime, in seconds.</summary>
    public const int DefaultTtlSeconds = 300;

    /// <summary>The longest lifetime, in seconds.</summary>
    public const int MaxTtlSeconds = 3_600;

    /// <summary>The longest text of a token, in characters.</summary>
    public const int TextLength = 100;

    private const string Start = "ect_";
    private const int SecretLength = 32; // bytes

    /// <summary>SHA-256 of the text. It needs no salt, because the text has 256 random bits.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>The parent session.</summary>
    public required long SessionId { get; init; }

    /// <summary>The only agent that may use the token; null for any agent of the session's team.</summary>
    public required Guid? AgentId { get; init; }

    /// <summary>When it expires (UTC).</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Issues a token.</summary>
    /// <param name="sessionId">The parent session.</param>
    /// <param name="agentId">The only agent of the session's team that may use the token; null for any of them.</param>
    /// <param name="ttl">The lifetime.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <returns>The token and its text, which is not stored.</returns>
    public static (ChildToken Token, string Text) Issue(long sessionId, Guid? agentId, TimeSpan ttl, DateTimeOffset now)
    {
        var text = Start + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretLength));
        return (new() { TokenHash = HashOf(text), SessionId = sessionId, AgentId = agentId, ExpiresAt = now + ttl }, text);
    }

    /// <summary>Computes the hash of a text.</summary>
    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether an agent may use the token now.</summary>
    public bool Allows(Guid agentId, DateTimeOffset now) => now < ExpiresAt && (AgentId is null || AgentId == agentId);
}
