namespace Entourage.Application.Abstractions;

/// <summary>What was answered to a request that carried an idempotency key; written in the transaction of its effect (rule 2).</summary>
/// <param name="keyHash">See <see cref="KeyHash"/>.</param>
/// <param name="requestHash">See <see cref="RequestHash"/>.</param>
/// <param name="response">See <see cref="Response"/>.</param>
/// <param name="createdAt">See <see cref="CreatedAt"/>.</param>
public sealed class IdempotentAnswer(byte[] keyHash, byte[] requestHash, string response, DateTimeOffset createdAt)
{
    /// <summary>SHA-256 of the key and of what it is unique within, so that no collation or length can confuse two keys.</summary>
    public byte[] KeyHash { get; private init; } = keyHash;

    /// <summary>SHA-256 of the request, by which a key used for something else is found out.</summary>
    public byte[] RequestHash { get; private init; } = requestHash;

    /// <summary>The answer, as JSON.</summary>
    public string Response { get; private init; } = response;

    /// <summary>When it was given (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private init; } = createdAt;
}
