using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using MediatR;

namespace Entourage.Application.Sessions;

/// <summary>Reads a session.</summary>
/// <param name="Id">The session.</param>
public sealed record GetSessionQuery(long Id) : IQuery<SessionDetailsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(Id));
}

internal sealed class GetSessionHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetSessionQuery, SessionDetailsResponse>
{
    public async Task<SessionDetailsResponse> Handle(GetSessionQuery request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var row = await SessionRow.GetAsync(db, request.Id, cancellationToken);
        var session = (await SessionResponse.ReadAsync(db, [row], now, cancellationToken))[0];
        return new(session, (await GatewayCallsResponse.ReadAsync(db, [row.Session], now, cancellationToken)).GetValueOrDefault(request.Id));
    }
}
