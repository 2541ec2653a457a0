using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Application.Sessions;

namespace Entourage.Application.Ledger;

/// <summary>
/// The responses to batches that have an idempotency key. There is one per key and session, with a receipt for each recorded item. A response grows when
/// a resend adds items that were refused or missing before.
/// </summary>
/// <param name="stored">The stored responses, by the key's hash.</param>
internal sealed class BatchReceipts(IReadOnlyDictionary<string, IdempotentAnswer> stored)
{
    private readonly Dictionary<string, Group> groups = new(StringComparer.Ordinal);
    private readonly Dictionary<IdempotencyBatch, bool> matches = new(ReferenceEqualityComparer.Instance);

    /// <summary>The responses under keys that were not used before.</summary>
    public IEnumerable<IdempotentAnswer> Added => groups.Values.Where(group => group is { HasGrown: true, Before: null }).Select(group => group.ToAnswer());

    /// <summary>The responses that have grown.</summary>
    public IEnumerable<AnswerChange> Extended =>
        groups.Values.Where(group => group is { HasGrown: true, Before: not null }).Select(group => new AnswerChange(group.Before!, group.ToAnswer()));

    /// <summary>The receipt of an item that was recorded before; null for none.</summary>
    /// <exception cref="IdempotencyKeyReusedException">
    /// The key was used for different items of one of the batch's sessions. No item of the batch is accepted.
    /// </exception>
    public UsageReceipt? Find(UsageEntry entry, IdempotencyItem item)
    {
        // Decided once for the whole batch, before its first item is recorded.
        if (!matches.TryGetValue(item.Batch, out var isSame))
        {
            isSame = item.Batch.Groups.All(group => GetGroup(group.Key).Matches(group.Value));
            matches.Add(item.Batch, isSame);
        }

        return isSame ? GetGroup(entry.Idempotency!.Key).Find(item.Place, entry.SessionId) : throw new IdempotencyKeyReusedException();
    }

    /// <summary>Adds the receipt of a recorded item.</summary>
    public void Keep(UsageEntry entry, IdempotencyItem item, UsageResponse response) =>
        GetGroup(entry.Idempotency!.Key).Add(entry, UsageReceipt.Of(response, item.Place));

    private Group GetGroup(string key)
    {
        if (!groups.TryGetValue(key, out var group))
        {
            groups.Add(key, group = new(stored.GetValueOrDefault(key)));
        }

        return group;
    }

    /// <summary>The items of one session under one key.</summary>
    private sealed class Group
    {
        private readonly SortedDictionary<int, UsageReceipt> receipts = [];

        // The hashes of the recorded items. Only one hash over all of them is stored, so these are unknown until a request matches.
        private readonly SortedDictionary<int, byte[]> hashes = [];
        private DateTimeOffset answeredAt;
        private byte[] keyHash = [];

        public Group(IdempotentAnswer? before)
        {
            Before = before;
            foreach (var receipt in before is null ? [] : JsonSerializer.Deserialize<UsageReceipt[]>(before.Response, EntourageJson.Stored)!)
            {
                receipts.Add(receipt.Place, receipt);
            }
        }

        /// <summary>The stored response; null for none.</summary>
        public IdempotentAnswer? Before { get; }

        public bool HasGrown { get; private set; }

        /// <summary>Whether a request has every recorded item, unchanged and at the same position.</summary>
        public bool Matches(Dictionary<int, IdempotencyToken> tokens)
        {
            if (!receipts.Keys.All(tokens.ContainsKey))
            {
                return false;
            }

            if (hashes.Count == receipts.Count)
            {
                return hashes.All(hash => tokens[hash.Key].RequestHash.AsSpan().SequenceEqual(hash.Value));
            }

            var sent = receipts.Keys.Select(place => KeyValuePair.Create(place, tokens[place].RequestHash)).ToArray();
            if (!HashOf(sent).AsSpan().SequenceEqual(Before!.RequestHash))
            {
                return false;
            }

            foreach (var (place, hash) in sent)
            {
                hashes.Add(place, hash);
            }

            return true;
        }

        public UsageReceipt? Find(int place, long sessionId) =>
            receipts.TryGetValue(place, out var receipt) ? receipt with { SessionId = sessionId } : null;

        public void Add(UsageEntry entry, UsageReceipt receipt)
        {
            receipts.Add(receipt.Place, receipt);
            hashes.Add(receipt.Place, entry.Idempotency!.RequestHash);
            (keyHash, answeredAt, HasGrown) = (entry.Idempotency.KeyHash, entry.Now, true);
        }

        /// <summary>The response to store. Its retention starts again at the newest item.</summary>
        public IdempotentAnswer ToAnswer() =>
            new(keyHash, HashOf(hashes), JsonSerializer.Serialize(receipts.Values, EntourageJson.Stored), answeredAt);

        private static byte[] HashOf(IEnumerable<KeyValuePair<int, byte[]>> items)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Span<byte> place = stackalloc byte[sizeof(int)];
            foreach (var (index, itemHash) in items)
            {
                BinaryPrimitives.WriteInt32LittleEndian(place, index);
                hash.AppendData(place);
                hash.AppendData(itemHash);
            }

            return hash.GetHashAndReset();
        }
    }
}
