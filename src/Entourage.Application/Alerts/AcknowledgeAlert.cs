using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using MediatR;

namespace Entourage.Application.Alerts;

/// <summary>Marks an alert as seen. Acknowledging it again changes nothing.</summary>
/// <param name="Id">The alert.</param>
public sealed record AcknowledgeAlertCommand(Guid Id) : ICommand<AlertResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Lead(Resource.Alert(Id));
}

internal sealed class AcknowledgeAlertHandler(IEntourageDb db, CallerContext caller, TimeProvider time) : IRequestHandler<AcknowledgeAlertCommand, AlertResponse>
{
    public async Task<AlertResponse> Handle(AcknowledgeAlertCommand request, CancellationToken cancellationToken)
    {
        await db.LockOrganisationOfAsync(
            db.Alerts.Where(alert => alert.Id == request.Id).Select(alert => alert.TeamId), request.Id, "alert", cancellationToken);
        var alert = await db.Alerts.Where(alert => alert.Id == request.Id).GetAsync(request.Id, "alert", cancellationToken);
        var now = time.GetUtcNow();
        alert.Acknowledge(caller.Current.Name, now);
        await db.SaveChangesAsync(cancellationToken);
        return AlertResponse.From(alert, now);
    }
}
