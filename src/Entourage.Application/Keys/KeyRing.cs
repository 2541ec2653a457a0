using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Keys;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Application.Keys;

/// <summary>
/// Identifies the caller of a key. A valid key is cached until a key is revoked on any replica. Each request checks this, so a revocation takes
/// effect at once.
/// </summary>
/// <param name="revision">The number of revocations so far.</param>
/// <param name="scopes">Gives access to the store, for keys that are not cached.</param>
/// <param name="time">The clock, for keys that expire.</param>
public sealed class KeyRing(IKeyRevision revision, IServiceScopeFactory scopes, TimeProvider time)
{
    private const int CacheSize = 16_384;

    private static readonly TimeSpan NoteInterval = TimeSpan.FromMinutes(1);

    private readonly BoundedCache<Digest, Entry> known = new(CacheSize);
    private readonly BoundedCache<(Guid KeyId, Guid? TeamId), long> validAt = new(CacheSize);
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> used = new();
    private readonly KeyReader reader = new(scopes);

    /// <summary>Returns the caller of a key; null if the text is not a key, or the key was revoked or has expired.</summary>
    public async ValueTask<Caller?> FindAsync(string text, CancellationToken cancellationToken) =>
        (await ResolveAsync(text, cancellationToken)).Caller;

    /// <summary>Returns the caller of a key without a look-up in the store; null if the caller is not cached, or the key has expired.</summary>
    public async ValueTask<Caller?> FindCachedAsync(string text, CancellationToken cancellationToken)
    {
        if (!KeyText.IsPlausible(text) || !known.TryGet(Digest.Of(text), out var entry) || entry.Revision != await revision.ReadAsync(cancellationToken))
        {
            return null;
        }

        return Admit(entry);
    }

    /// <summary>
    /// Returns the caller that a key had when it was last looked up, whether it was revoked since or not, for calls that must go on while the store is
    /// unavailable; null if it is not cached, or has expired.
    /// </summary>
    public Caller? FindLastKnown(string text) => KeyText.IsPlausible(text) && known.TryGet(Digest.Of(text), out var entry) ? Admit(entry) : null;

    /// <summary>Looks up a key. If it admits no caller, the result tells whether it was ever issued.</summary>
    public async ValueTask<KeyLookup> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!KeyText.IsPlausible(text))
        {
            return default;
        }

        // The revision is read first. Data read later is at least as recent, so an entry with this revision is valid until the next revocation.
        var current = await revision.ReadAsync(cancellationToken);
        var digest = Digest.Of(text);
        if (!known.TryGet(digest, out var entry) || entry.Revision != current)
        {
            var key = await reader.FindAsync(KeyText.PrefixOf(text), cancellationToken);
            if (key?.Matches(text) != true)
            {
                return default;
            }

            if (key.RevokedAt is not null)
            {
                return KeyLookup.Ended;
            }

            entry = new(CallerOf(key), current);
            known.Set(digest, entry);
        }

        return Admit(entry) is { } caller ? new(caller, WasIssued: true) : KeyLookup.Ended;
    }

    /// <summary>Whether a caller would still be admitted. For operations that outlast their request.</summary>
    public async ValueTask<bool> StillAdmitsAsync(Caller caller, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.ExpiresAt <= time.GetUtcNow())
        {
            return false;
        }

        if (caller.KeyId is not { } id)
        {
            return true;
        }

        var current = await revision.ReadAsync(cancellationToken);
        if (validAt.TryGet((id, caller.TeamId), out var seen) && seen == current)
        {
            return true;
        }

        await using var scope = scopes.CreateAsyncScope();
        var keys = scope.ServiceProvider.GetRequiredService<IEntourageDb>().ApiKeys;
        // A key goes with its agent to another team, where its caller may see something else.
        if (!await keys.AnyAsync(key => key.Id == id && key.RevokedAt == null && key.TeamId == caller.TeamId, cancellationToken))
        {
            return false;
        }

        validAt.Set((id, caller.TeamId), current);
        return true;
    }

    /// <summary>Takes the keys used since the last call with their last use, accurate to a minute.</summary>
    public IReadOnlyList<KeyValuePair<Guid, DateTimeOffset>> TakeUses() =>
        [.. used.Keys.Select(id => used.TryRemove(id, out var at) ? KeyValuePair.Create(id, at) : default).Where(use => use.Key != default)];

    private static Caller CallerOf(ApiKey key) =>
        new(CallerNames.OfKey(key), key.Role, key.Id, key.OrganisationId, key.TeamId, key.AgentId, key.ExpiresAt);

    /// <summary>Notes a use of a key, and returns its caller; null if the key has expired.</summary>
    private Caller? Admit(Entry entry)
    {
        var now = time.GetUtcNow();
        if (entry.Caller.ExpiresAt <= now)
        {
            return null;
        }

        if (now.UtcTicks - Volatile.Read(ref entry.NotedTicks) >= NoteInterval.Ticks)
        {
            Volatile.Write(ref entry.NotedTicks, now.UtcTicks);
            used[entry.Caller.KeyId!.Value] = now;
        }

        return entry.Caller;
    }

    private sealed class Entry(Caller caller, long revision)
    {
        // When a use was last recorded. Recording it twice at the same time does no harm.
        public long NotedTicks;

        public Caller Caller { get; } = caller;

        public long Revision { get; } = revision;
    }

    /// <summary>The SHA-256 hash of a key's text. The cache keeps no text.</summary>
    private readonly record struct Digest(long First, long Second, long Third, long Fourth)
    {
        public static Digest Of(string text)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(KeyText.MaxLength)];
            SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
            return MemoryMarshal.Read<Digest>(hash);
        }
    }
}

/// <summary>The result of a key lookup.</summary>
/// <param name="Caller">The caller; null if the key admits none.</param>
/// <param name="WasIssued">Whether the key was issued at some time, even if it was revoked or has expired. Sending such a key is not
/// guessing.</param>
public readonly record struct KeyLookup(Caller? Caller, bool WasIssued)
{
    /// <summary>A key that was revoked or has expired.</summary>
    public static readonly KeyLookup Ended = new(null, WasIssued: true);
}
