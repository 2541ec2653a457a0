namespace Entourage.Application.Abstractions;

/// <summary>The stored answer to a request with an idempotency key, written in the transaction of its effect (rule 2).</summary>
/// <param name="keyHash">See <see cref="KeyHash"/>.</param>
/// <param name="requestHash">See <see cref="RequestHash"/>.</param>
/// <param name="response">See <see cref="Response"/>.</param>
/// <param name="createdAt">See <see cref="CreatedAt"/>.</param>
public sealed class IdempotentAnswer(byte[] keyHash, byte[] requestHash, string response, DateTimeOffset createdAt)
{
    /// <summary>SHA-256 of the key and its scope. A hash of fixed length is immune to collations and length limits.</summary>
    public byte[] KeyHash { get; private init; } = keyHash;

    /// <summary>SHA-256 of the request. It detects a key that is used again for a different request.</summary>
    public byte[] RequestHash { get; private init; } = requestHash;

    /// <summary>The response, as JSON.</summary>
    public string Response { get; private init; } = response;

    /// <summary>When the answer was given (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; } = createdAt;
}
