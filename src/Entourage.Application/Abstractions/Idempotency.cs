using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Application.Ledger;

namespace Entourage.Application.Abstractions;

/// <summary>A command that takes effect once, however often it is sent with the same idempotency key.</summary>
public interface IIdempotentCommand
{
    /// <summary>The idempotency key, or null.</summary>
    string? IdempotencyKey { get; }

    /// <summary>The resource that the command adds to. The key is unique within it.</summary>
    string IdempotencyScope { get; }
}

/// <summary>An idempotency key in the form in which the store keeps it.</summary>
/// <param name="KeyHash">SHA-256 of the scope and the key.</param>
/// <param name="RequestHash">SHA-256 of the request.</param>
public sealed record IdempotencyToken(byte[] KeyHash, byte[] RequestHash)
{
    /// <summary>The request header of the key. Items of a batch can carry their own keys.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The longest key, in characters.</summary>
    public const int KeyLength = 200;

    /// <summary><see cref="KeyHash"/> as hexadecimal text.</summary>
    public string Key { get; } = Convert.ToHexString(KeyHash);

    /// <summary>Creates the token of a command; null if the command carries no key.</summary>
    /// <param name="command">The command.</param>
    /// <param name="member">The header or member that holds the key, for error messages.</param>
    /// <exception cref="InvalidInputException">The key is blank, too long, or holds characters other than printable ASCII.</exception>
    public static IdempotencyToken? Of(IIdempotentCommand command, string member = Header)
    {
        if (command.IdempotencyKey is not { } key)
        {
            return null;
        }

        Check(key, member);
        return Create(command.IdempotencyScope, key, command);
    }

    /// <summary>The batch item of this token; null for a request that has its own key.</summary>
    public IdempotencyItem? Item { get; init; }

    /// <summary>Checks the form of an idempotency key.</summary>
    /// <exception cref="InvalidInputException">The key is blank, too long, or holds characters other than printable ASCII.</exception>
    public static void Check(string key, string member)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length > KeyLength || string.IsNullOrWhiteSpace(key) || key.Any(character => character is < ' ' or > '~'))
        {
            throw new InvalidInputException(member, $"An idempotency key must have 1 to {KeyLength} printable ASCII characters and must not be blank.");
        }
    }

    /// <summary>Checks that a stored answer belongs to the same request.</summary>
    /// <exception cref="IdempotencyKeyReusedException">The key was used for a different request.</exception>
    public void EnsureSameRequest(ReadOnlySpan<byte> storedRequestHash)
    {
        if (!storedRequestHash.SequenceEqual(RequestHash))
        {
            throw new IdempotencyKeyReusedException();
        }
    }

    internal static byte[] HashOfKey(string scope, string key) => SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{key}"));

    internal static byte[] HashOfRequest(object command) =>
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(command, command.GetType(), EntourageJson.Stored));

    private static IdempotencyToken Create(string scope, string key, object command) => new(HashOfKey(scope, key), HashOfRequest(command));
}

/// <summary>The position of a batch item that shares the key of its batch.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Place">The zero-based position among all items of the request, including refused ones.</param>
public sealed record IdempotencyItem(IdempotencyBatch Batch, int Place);

/// <summary>
/// The items of a request that share its key. The key is scoped to the resource that each item adds to. Entourage therefore recognises a resend from
/// any caller, and another caller can complete a part of the request.
/// </summary>
/// <param name="key">The request's key, already checked.</param>
public sealed class IdempotencyBatch(string key)
{
    private readonly Dictionary<string, byte[]> keyHashes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<int, IdempotencyToken>> groups = new(StringComparer.Ordinal);

    /// <summary>The tokens, by the key of the resource (<see cref="IdempotencyToken.Key"/>) and the position of the item.</summary>
    public IEnumerable<KeyValuePair<string, Dictionary<int, IdempotencyToken>>> Groups => groups;

    /// <summary>Adds an item.</summary>
    /// <param name="scope">The resource that it adds to.</param>
    /// <param name="place">Its zero-based position in the request.</param>
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

/// <summary>Records whether the answer to the current request is a replay. One instance per request.</summary>
public sealed class IdempotentReplay
{
    /// <summary>Whether the answer is a replay.</summary>
    public bool Happened { get; set; }

    /// <summary>Records whether a ledger answer is a replay, and returns its response.</summary>
    public T Note<T>(LedgerAnswer<T> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Happened = answer.Replayed;
        return answer.Response;
    }
}
