using Entourage.Application.Abstractions;
using Entourage.Application.Events;
using Entourage.Domain.Alerts;
using Microsoft.EntityFrameworkCore;

namespace Entourage.Application.Alerts;

/// <summary>Raises alerts outside of the ledger.</summary>
internal static class AlertWriter
{
    /// <summary>
    /// Raises an alert and tells of it, unless there is one for its cause and window. Whoever does so holds the organisation: then
    /// nobody else raises the same one at once. A unique index is the guard all the same.
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
