using Entourage.Application.Abstractions;
using Entourage.Application.Events;
using Entourage.Domain.Alerts;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Alerts;

/// <summary>Raises alerts outside the ledger.</summary>
internal static class AlertWriter
{
    /// <summary>
    /// Raises an alert with its event, unless there is one for the same cause and window. The caller has locked the organisation, so no other transaction
    /// raises the same alert at the same time. A unique index guards that too.
    /// </summary>
    public static async Task RaiseAsync(
        this IEntourageDb db, AlertFinding finding, AlertSubject subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var alert = Alert.Raise(finding, subject, now);
        if (!await db.Alerts.AnyAsync(
            known => known.TeamId == alert.TeamId && known.Kind == alert.Kind && known.Cause == alert.Cause && known.Window == alert.Window,
            cancellationToken))
        {
            db.Alerts.Add(alert);
            db.Events.Add(TeamEventFactory.Of(alert));
        }
    }
}
