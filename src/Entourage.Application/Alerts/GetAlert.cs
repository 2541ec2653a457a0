using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Alerts;

/// <summary>Reads an alert.</summary>
/// <param name="Id">The alert.</param>
public sealed record GetAlertQuery(Guid Id) : IQuery<AlertResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Alert(Id));
}

internal sealed class GetAlertHandler(IEntourageDb db, TimeProvider time) : IRequestHandler<GetAlertQuery, AlertResponse>
{
    public async Task<AlertResponse> Handle(GetAlertQuery request, CancellationToken cancellationToken) =>
        AlertResponse.From(
            await db.Alerts.AsNoTracking().Where(alert => alert.Id == request.Id).GetAsync(request.Id, "alert", cancellationToken), time.GetUtcNow());
}
