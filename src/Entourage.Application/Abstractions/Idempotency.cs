using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Entourage.Application.Errors;
using Entourage.Application.Json;

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

    /// <summary>The token of a command that has no key of its own, in a list of commands that has one.</summary>
    /// <param name="scope">What the list's key is unique within.</param>
    /// <param name="key">The list's key, checked already.</param>
    /// <param name="index">Where in the list the command is.</param>
    /// <param name="command">The command.</param>
    public static IdempotencyToken OfItem(string scope, string key, int index, object command) => Create(scope, $"{key}\n{index}", command);

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

    private static IdempotencyToken Create(string scope, string key, object command) => new(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{key}")),
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(command, command.GetType(), EntourageJson.Stored)));
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
