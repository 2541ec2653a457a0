using Entourage.Client;
using Entourage.Client.Contracts;

namespace Entourage.Cli.Running;

/// <summary>
/// Keeps a session from being taken for abandoned while its command runs, however long that says nothing: a reservation of nothing is heard
/// of for as long as it holds. Should this program be killed, it runs out, and the server closes the session.
/// </summary>
internal static class KeptSession
{
    private const int HoldSeconds = 3_600;

    private static readonly TimeSpan BetweenExtensions = TimeSpan.FromMinutes(20);

    /// <summary>Keeps it until it is cancelled, with an <see cref="OperationCanceledException"/>.</summary>
    public static async Task KeepAsync(EntourageClient client, Session session, TimeProvider time, CancellationToken cancellationToken)
    {
        Guid? held = null;
        while (true)
        {
            try
            {
                held = (held is { } id
                    ? await client.ExtendReservationAsync(id, HoldSeconds, cancellationToken)
                    : await client.ReserveAsync(session.Id, new() { EstimatedCostUsd = 0, TtlSeconds = HoldSeconds }, cancellationToken: cancellationToken)).Id;
            }
            catch (EntourageException)
            {
                // Nobody can be asked, or it must stop, which others see to.
                held = null;
            }

            await Task.Delay(BetweenExtensions, time, cancellationToken);
        }
    }
}
