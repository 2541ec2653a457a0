using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Application.Sessions;

namespace Entourage.Application.Ledger;

/// <summary>The responses under idempotency keys, both the stored ones and those of the entries so far.</summary>
/// <param name="stored">The stored responses, by the hexadecimal text of the key's hash.</param>
internal sealed class IdempotentResponses(IReadOnlyDictionary<string, IdempotentAnswer> stored)
{
    private readonly Dictionary<string, (IdempotentAnswer Row, object Response)> given = new(StringComparer.Ordinal);
    private readonly BatchReceipts batches = new(stored);

    /// <summary>The stored responses.</summary>
    public IReadOnlyDictionary<string, IdempotentAnswer> Stored => stored;

    /// <summary>The responses under keys that were not used before.</summary>
    public IEnumerable<IdempotentAnswer> Added => given.Values.Select(answer => answer.Row).Concat(batches.Added);

    /// <summary>The responses to batches that have grown.</summary>
    public IEnumerable<AnswerChange> Extended => batches.Extended;

    /// <summary>Loads the stored responses under the keys of entries.</summary>
    public static async Task<IdempotentResponses> LoadAsync(IReadOnlyList<LedgerEntry> entries, ILedgerStore store)
    {
        var hashes = entries.SelectMany(entry => entry.Keys)
            .DistinctBy(token => token.Key, StringComparer.Ordinal)
            .Select(token => token.KeyHash)
            .ToArray();
        return new(hashes.Length > 0 ? await store.FindAnswersAsync(hashes) : new Dictionary<string, IdempotentAnswer>());
    }

    /// <summary>The response to an earlier request with the same key; null for none.</summary>
    /// <exception cref="IdempotencyKeyReusedException">The key was used for another request.</exception>
    public object? Find(LedgerEntry entry)
    {
        if (entry.Idempotency is not { } token)
        {
            return null;
        }

        if (token.Item is { } item)
        {
            return batches.Find((UsageEntry)entry, item);
        }

        if (given.TryGetValue(token.Key, out var added))
        {
            token.EnsureSameRequest(added.Row.RequestHash);
            return added.Response;
        }

        if (stored.TryGetValue(token.Key, out var before))
        {
            token.EnsureSameRequest(before.RequestHash);
            return JsonSerializer.Deserialize(before.Response, entry.ResponseType, EntourageJson.Stored);
        }

        return null;
    }

    /// <summary>Adds the response to an accepted entry, if the entry has a key.</summary>
    public void Keep(LedgerEntry entry, object response)
    {
        if (entry.Idempotency is { Item: { } item })
        {
            batches.Keep((UsageEntry)entry, item, (UsageResponse)response);
        }
        else if (entry.Idempotency is { } token)
        {
            var row = new IdempotentAnswer(
                token.KeyHash, token.RequestHash, JsonSerializer.Serialize(response, entry.ResponseType, EntourageJson.Stored), entry.Now);
            given.Add(token.Key, (row, response));
        }
    }
}
