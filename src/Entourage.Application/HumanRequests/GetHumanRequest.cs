using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.HumanRequests;

/// <summary>Reads a human request and its response.</summary>
/// <param name="Id">The request.</param>
public sealed record GetHumanRequestQuery(Guid Id) : IQuery<HumanRequestResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.HumanRequest(Id));
}

internal sealed class GetHumanRequestHandler(IEntourageDb db) : IRequestHandler<GetHumanRequestQuery, HumanRequestResponse>
{
    public async Task<HumanRequestResponse> Handle(GetHumanRequestQuery request, CancellationToken cancellationToken)
    {
        var row = await db.HumanRequests.AsNoTracking()
            .Where(asked => asked.Id == request.Id)
            .Select(HumanRequestRow.Projection(db))
            .GetAsync(request.Id, "human request", cancellationToken);
        return row.ToResponse();
    }
}
