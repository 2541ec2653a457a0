using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Stops;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Stops;

/// <summary>Whether an agent, a team or an organisation is archived, and what the request has ended.</summary>
public sealed record ArchiveResponse
{
    /// <summary>The scope of the request.</summary>
    public required PauseScope Scope { get; init; }

    /// <summary>The id of the agent, team or organisation.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whether it is archived, by itself or with what it belongs to.</summary>
    public required bool Archived { get; init; }

    /// <summary>
    /// The scope that is archived: its own, else that of its team, else that of its organisation; null if it is not archived. Restore that scope to use
    /// it again.
    /// </summary>
    public required PauseScope? ArchivedScope { get; init; }

    /// <summary>When that scope was archived (UTC); null if it is not archived.</summary>
    public required DateTimeOffset? ArchivedAt { get; init; }

    /// <summary>The number of active sessions that the request killed.</summary>
    public required int SessionsKilled { get; init; }

    /// <summary>The number of keys that the request revoked. A restore does not bring them back; issue new ones.</summary>
    public required int KeysRevoked { get; init; }

    /// <summary>Reads the response as the transaction has left the rows.</summary>
    internal static async Task<ArchiveResponse> ReadAsync(
        IEntourageDb db, PauseSubject subject, int sessionsKilled, int keysRevoked, CancellationToken cancellationToken)
    {
        var mark = await db.FindArchiveMarkAsync(subject, cancellationToken);
        return new()
        {
            Scope = subject.Scope,
            Id = subject.Id,
            Archived = mark is not null,
            ArchivedScope = mark?.Scope,
            ArchivedAt = mark?.Pause.PausedAt,
            SessionsKilled = sessionsKilled,
            KeysRevoked = keysRevoked,
        };
    }
}

/// <summary>Reads archive marks outside the ledger.</summary>
internal static class ArchiveMarks
{
    /// <summary>Why a session was killed, for people.</summary>
    public static string ReasonOf(PauseScope scope) => scope switch
    {
        PauseScope.Agent => "The agent was archived.",
        PauseScope.Team => "The team was archived.",
        _ => "The organisation was archived.",
    };

    /// <summary>Whether an agent, a team or an organisation is archived; null if neither it nor what it belongs to is.</summary>
    public static async Task<PauseInForce?> FindArchiveMarkAsync(this IEntourageDb db, PauseSubject subject, CancellationToken cancellationToken)
    {
        foreach (var (scope, id, _, _) in subject.SelfAndAbove())
        {
            if (Pause.WithArchive(null, await db.FindArchivedAtAsync(scope, id, cancellationToken)) is { } mark)
            {
                return new(scope, mark);
            }
        }

        return null;
    }

    /// <summary>Whether an agent, a team or an organisation is archived; null if neither it nor what it belongs to is.</summary>
    public static async Task<PauseInForce?> FindArchiveMarkAsync(this IEntourageDb db, PauseScope scope, Guid id, CancellationToken cancellationToken) =>
        await db.FindArchiveMarkAsync(await db.FindPauseSubjectAsync(scope, id, cancellationToken), cancellationToken);

    /// <summary>When an agent, a team or an organisation was archived (UTC); null if it is not archived by itself.</summary>
    public static Task<DateTimeOffset?> FindArchivedAtAsync(this IEntourageDb db, PauseScope scope, Guid id, CancellationToken cancellationToken) => scope switch
    {
        PauseScope.Organisation => db.Organisations.Where(row => row.Id == id).Select(row => row.ArchivedAt).SingleAsync(cancellationToken),
        PauseScope.Team => db.Teams.Where(row => row.Id == id).Select(row => row.ArchivedAt).SingleAsync(cancellationToken),
        _ => db.Agents.Where(row => row.Id == id).Select(row => row.ArchivedAt).SingleAsync(cancellationToken),
    };

    /// <summary>Checks that neither an agent, a team or an organisation nor what it belongs to is archived.</summary>
    /// <exception cref="Errors.ConflictException"><c>archived</c>.</exception>
    public static async Task EnsureNotArchivedAsync(this IEntourageDb db, PauseScope scope, Guid id, CancellationToken cancellationToken)
    {
        if (await db.FindArchiveMarkAsync(scope, id, cancellationToken) is { } mark)
        {
            throw PausedRefusal.Of(mark);
        }
    }
}
