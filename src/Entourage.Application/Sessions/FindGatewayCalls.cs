using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Sessions;

/// <summary>Finds which of some sessions made calls through the gateway, with these calls. The others are missing from the result.</summary>
/// <param name="SessionIds">The sessions, at most a few hundred.</param>
public sealed record FindGatewayCallsQuery(IReadOnlyCollection<long> SessionIds) : IQuery<IReadOnlyDictionary<long, GatewayCallsResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Admin();
}

internal sealed class FindGatewayCallsHandler(IEntourageDb db, TimeProvider time)
    : IRequestHandler<FindGatewayCallsQuery, IReadOnlyDictionary<long, GatewayCallsResponse>>
{
    public async Task<IReadOnlyDictionary<long, GatewayCallsResponse>> Handle(FindGatewayCallsQuery request, CancellationToken cancellationToken)
    {
        var called = await db.Sessions.AsNoTracking()
            .Where(session => request.SessionIds.Contains(session.Id) && session.GatewayCalls + session.RefusedCalls > 0)
            .ToListAsync(cancellationToken);
        return await GatewayCallsResponse.ReadAsync(db, called, time.GetUtcNow(), cancellationToken);
    }
}
