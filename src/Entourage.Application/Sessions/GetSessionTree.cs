using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Sessions;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>Reads the sessions below a session, level by level, so that each is after its parent. At most 200.</summary>
/// <param name="SessionId">The session.</param>
public sealed record GetSessionTreeQuery(long SessionId) : IQuery<IReadOnlyList<SessionResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Session(SessionId));
}

internal sealed class GetSessionTreeHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetSessionTreeQuery, IReadOnlyList<SessionResponse>>
{
    private const int MaxSessions = 200;

    public async Task<IReadOnlyList<SessionResponse>> Handle(GetSessionTreeQuery request, CancellationToken cancellationToken)
    {
        List<SessionRow> found = [];
        long[] parents = [request.SessionId];
        for (var depth = 1; depth < Session.MaxDepth && parents.Length > 0 && found.Count < MaxSessions; depth++)
        {
            var level = await db.Sessions.AsNoTracking()
                .Where(session => session.ParentSessionId != null && parents.Contains(session.ParentSessionId.Value))
                .OrderBy(session => session.Id)
                .Take(MaxSessions - found.Count)
                .Select(SessionRow.Projection(db))
                .ToListAsync(cancellationToken);
            found.AddRange(level);
            parents = [.. level.Select(row => row.Session.Id)];
        }

        return await SessionResponse.ReadAsync(db, found, time.GetUtcNow(), cancellationToken);
    }
}
