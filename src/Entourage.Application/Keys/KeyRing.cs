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
/// Tells who shows a key. A key that was good is remembered, and stays good as long as no key is revoked on any replica: that is asked
/// anew for each request, so a revocation holds at once.
/// </summary>
/// <param name="revision">Whether a key was revoked.</param>
/// <param name="scopes">Where the store is, for keys that are not remembered.</param>
/// <param name="time">The clock, for keys that expire.</param>
public sealed class KeyRing(IKeyRevision revision, IServiceScopeFactory scopes, TimeProvider time)
{
    private const int Remembered = 16_384;

    private static readonly TimeSpan NoteInterval = TimeSpan.FromMinutes(1);

    private readonly BoundedCache<Digest, Entry> known = new(Remembered);
    private readonly BoundedCache<Guid, long> standing = new(Remembered);
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> used = new();
    private readonly KeyReader reader = new(scopes);

    /// <summary>Whom a text lets in; null for nobody: it is no key, or one that was revoked or has expired.</summary>
    public async ValueTask<Caller?> FindAsync(string text, CancellationToken cancellationToken) =>
        (await ResolveAsync(text, cancellationToken)).Caller;

    /// <summary>Looks a text up: whom it lets in, and, where it lets nobody in, whether it ever was a key.</summary>
    public async ValueTask<KeyLookup> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!KeyText.IsPlausible(text))
        {
            return default;
        }

        // First of all: what is read after it is no older, so an entry that bears this number holds until there is another one.
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

        var now = time.GetUtcNow();
        if (entry.Caller.ExpiresAt <= now)
        {
            return KeyLookup.Ended;
        }

        Note(entry, now);
        return new(entry.Caller, WasIssued: true);
    }

    /// <summary>Whether somebody who was let in would be let in now, too: for what lasts longer than a request.</summary>
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
        if (standing.TryGet(id, out var seen) && seen == current)
        {
            return true;
        }

        await using var scope = scopes.CreateAsyncScope();
        var keys = scope.ServiceProvider.GetRequiredService<IEntourageDb>().ApiKeys;
        if (!await keys.AnyAsync(key => key.Id == id && key.RevokedAt == null, cancellationToken))
        {
            return false;
        }

        standing.Set(id, current);
        return true;
    }

    /// <summary>Takes which keys were used since this was last asked, and when, to a minute.</summary>
    public IReadOnlyList<KeyValuePair<Guid, DateTimeOffset>> TakeUses() =>
        [.. used.Keys.Select(id => used.TryRemove(id, out var at) ? KeyValuePair.Create(id, at) : default).Where(use => use.Key != default)];

    private static Caller CallerOf(ApiKey key) =>
        new(CallerNames.OfKey(key), key.Role, key.Id, key.OrganisationId, key.TeamId, key.AgentId, key.ExpiresAt);

    private void Note(Entry entry, DateTimeOffset now)
    {
        if (now.UtcTicks - Volatile.Read(ref entry.NotedTicks) >= NoteInterval.Ticks)
        {
            Volatile.Write(ref entry.NotedTicks, now.UtcTicks);
            used[entry.Caller.KeyId!.Value] = now;
        }
    }

    private sealed class Entry(Caller caller, long revision)
    {
        // When it was last noted that the key is used; twice at once does no harm.
        public long NotedTicks;

        public Caller Caller { get; } = caller;

        public long Revision { get; } = revision;
    }

    /// <summary>SHA-256 of a text, so that no text is kept in memory.</summary>
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

/// <summary>What became of looking a key up.</summary>
/// <param name="Caller">Whom it lets in; null for nobody.</param>
/// <param name="WasIssued">Whether there is such a key, be it that it was revoked or has expired. Whoever shows one of these guesses nothing.</param>
public readonly record struct KeyLookup(Caller? Caller, bool WasIssued)
{
    /// <summary>A key that was revoked or has expired.</summary>
    public static readonly KeyLookup Ended = new(null, WasIssued: true);
}
