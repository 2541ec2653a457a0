using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Alerts;
using Entourage.Domain.Teams;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Alerts;

/// <summary>Marks all open alerts of an audience that match as seen.</summary>
/// <param name="Audience">The team or organisation.</param>
/// <param name="Filter">Which of its alerts.</param>
/// <param name="Until">Only alerts that were raised until this instant (UTC), so that none is acknowledged unseen; null for all.</param>
public sealed record AcknowledgeAlertsCommand(Audience Audience, AlertFilter Filter, DateTimeOffset? Until) : ICommand<AcknowledgedAlertsResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Audience.RequiredPermission();
}

/// <summary>The result of acknowledging alerts.</summary>
/// <param name="Acknowledged">How many alerts were open and are acknowledged now.</param>
public sealed record AcknowledgedAlertsResponse(int Acknowledged);

internal sealed class AcknowledgeAlertsValidator : AbstractValidator<AcknowledgeAlertsCommand>
{
    public AcknowledgeAlertsValidator() => RuleFor(command => command.Filter.Cause).Length(1, Alert.CauseLength).OverridePropertyName(nameof(AlertFilter.Cause));
}

internal sealed class AcknowledgeAlertsHandler(IEntourageDb db, CallerContext caller, TimeProvider time)
    : IRequestHandler<AcknowledgeAlertsCommand, AcknowledgedAlertsResponse>
{
    public async Task<AcknowledgedAlertsResponse> Handle(AcknowledgeAlertsCommand request, CancellationToken cancellationToken)
    {
        await db.LockOrganisationAsync(await db.FindOrganisationOfAsync(request.Audience, cancellationToken), cancellationToken);
        var (until, now) = (request.Until, time.GetUtcNow());
        DateTimeOffset? at = now;
        var acknowledged = await db.AlertsOf(request.Audience)
            .Where(alert => until == null || alert.CreatedAt <= until)
            .Matching(request.Filter)
            .WithStatus(AlertStatus.Open, now)
            .ExecuteUpdateAsync(
                row => row
                    .SetProperty(alert => alert.Status, AlertStatus.Acknowledged)
                    .SetProperty(alert => alert.AcknowledgedAt, at)
                    .SetProperty(alert => alert.AcknowledgedBy, caller.Current.Name)
                    .SetProperty(alert => alert.Version, alert => alert.Version + 1),
                cancellationToken);
        return new(acknowledged);
    }
}
