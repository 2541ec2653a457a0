using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using MediatR;

namespace Entourage.Application.Sessions;

/// <summary>Reads a session.</summary>
/// <param name="Id">The session.</param>
public sealed record GetSessionQuery(long Id) : IQuery<SessionResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(Id));
}

internal sealed class GetSessionHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetSessionQuery, SessionResponse>
{
    public Task<SessionResponse> Handle(GetSessionQuery request, CancellationToken cancellationToken) =>
        SessionResponse.ReadAsync(db, request.Id, time.GetUtcNow(), cancellationToken);
}
