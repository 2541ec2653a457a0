using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Application.Ledger;

namespace Entourage.Application.Abstractions;

/// <summary>A command that may be sent twice and then has its effect once.</summary>
public interface IIdempotentCommand
{
    /// <summary>The caller's key; null when it gave none.</summary>
    string? IdempotencyKey { get; }

    /// <summary>What the key is unique within: the resource that the command adds to.</summary>
    string IdempotencyScope { get; }
}

/// <summary>An idempotency key as the store keeps it.</summary>
/// <param name="KeyHash">Which key.</param>
/// <param name="RequestHash">What it was used for.</param>
public sealed record IdempotencyToken(byte[] KeyHash, byte[] RequestHash)
{
    /// <summary>Where a key is sent, unless it is one of an item.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The longest key, in characters.</summary>
    public const int KeyLength = 200;

    /// <summary>Which key, as text.</summary>
    public string Key { get; } = Convert.ToHexString(KeyHash);

    /// <summary>The token of a command; null when it carries no key.</summary>
    /// <param name="command">The command.</param>
    /// <param name="member">Where its key was sent.</param>
    /// <exception cref="InvalidInputException">The key is blank, too long, or holds other than printable ASCII.</exception>
    public static IdempotencyToken? Of(IIdempotentCommand command, string member = Header)
    {
        if (command.IdempotencyKey is not { } key)
        {
            return null;
        }

        Check(key, member);
        return Create(command.IdempotencyScope, key, command);
    }

    /// <summary>The item of a batch that this is the token of; null for a request with a key of its own.</summary>
    public IdempotencyItem? Item { get; init; }

    /// <summary>Checks a caller's key.</summary>
    /// <exception cref="InvalidInputException">The key is blank, too long, or holds other than printable ASCII.</exception>
    public static void Check(string key, string member)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length > KeyLength || string.IsNullOrWhiteSpace(key) || key.Any(character => character is < ' ' or > '~'))
        {
            throw new InvalidInputException(member, $"A key has 1 to {KeyLength} printable ASCII characters, and not blanks alone.");
        }
    }

    /// <summary>Checks that a stored answer is one to the same request.</summary>
    /// <exception cref="IdempotencyKeyReusedException">It is not.</exception>
    public void EnsureSameRequest(ReadOnlySpan<byte> storedRequestHash)
    {
        if (!storedRequestHash.SequenceEqual(RequestHash))
        {
            throw new IdempotencyKeyReusedException();
        }
    }

    /// <summary>The hash of a key within its scope.</summary>
    internal static byte[] HashOfKey(string scope, string key) => SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{key}"));

    /// <summary>The hash of a command, by which the same key with another request is found out.</summary>
    internal static byte[] HashOfRequest(object command) =>
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(command, command.GetType(), EntourageJson.Stored));

    private static IdempotencyToken Create(string scope, string key, object command) => new(HashOfKey(scope, key), HashOfRequest(command));
}

/// <summary>Where an item stands that has no key of its own and shares that of its batch.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Place">The zero-based place among all items of the request, refused ones included.</param>
public sealed record IdempotencyItem(IdempotencyBatch Batch, int Place);

/// <summary>
/// The items of a request that share its key. The key is scoped to the resource that each item adds to, so a resend is recognised whoever
/// sends it, and a part of the request can be completed by another caller.
/// </summary>
/// <param name="key">The request's key, checked already.</param>
public sealed class IdempotencyBatch(string key)
{
    private readonly Dictionary<string, byte[]> keyHashes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<int, IdempotencyToken>> groups = new(StringComparer.Ordinal);

    /// <summary>The tokens by the resource's key (<see cref="IdempotencyToken.Key"/>) and the item's place.</summary>
    public IEnumerable<KeyValuePair<string, Dictionary<int, IdempotencyToken>>> Groups => groups;

    /// <summary>Adds an item.</summary>
    /// <param name="scope">The resource that it adds to.</param>
    /// <param name="place">Its place in the request.</param>
    /// <param name="command">The item.</param>
    public IdempotencyToken Add(string scope, int place, object command)
    {
        if (!keyHashes.TryGetValue(scope, out var keyHash))
        {
            keyHashes.Add(scope, keyHash = IdempotencyToken.HashOfKey(scope, key));
        }

        var token = new IdempotencyToken(keyHash, IdempotencyToken.HashOfRequest(command)) { Item = new(this, place) };
        if (!groups.TryGetValue(token.Key, out var group))
        {
            groups.Add(token.Key, group = []);
        }

        group.Add(place, token);
        return token;
    }
}

/// <summary>Whether the answer to the present request is one that was given before. One per request.</summary>
public sealed class IdempotentReplay
{
    /// <summary>The answer is a repeated one.</summary>
    public bool Happened { get; set; }

    /// <summary>Notes whether an answer of the ledger is a repeated one.</summary>
    public T Note<T>(LedgerAnswer<T> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Happened = answer.Replayed;
        return answer.Response;
    }
}
