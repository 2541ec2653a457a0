using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Running;

/// <summary>
/// Keeps a session active while its command runs without reporting anything. It holds a reservation of zero dollars, which counts as activity.
/// If this program is killed, the reservation expires and the server closes the session.
/// </summary>
internal static class SessionKeepAlive
{
    private const int ReservationSeconds = 3_600;

    private static readonly TimeSpan ExtensionInterval = TimeSpan.FromMinutes(20);

    /// <summary>Runs until it is cancelled, and then throws <see cref="OperationCanceledException"/>.</summary>
    public static async Task RunAsync(EntourageClient client, Session session, TimeProvider time, CancellationToken cancellationToken)
    {
        Guid? reservation = null;
        while (true)
        {
            try
            {
                reservation = (reservation is { } id
                    ? await client.ExtendReservationAsync(id, ReservationSeconds, cancellationToken)
                    : await client.ReserveAsync(session.Id, new() { EstimatedCostUsd = 0, TtlSeconds = ReservationSeconds }, cancellationToken: cancellationToken)).Id;
            }
            catch (EntourageException)
            {
                // The server is unavailable, or the agent must stop, which StopPoller handles.
                reservation = null;
            }

            await Task.Delay(ExtensionInterval, time, cancellationToken);
        }
    }
}
