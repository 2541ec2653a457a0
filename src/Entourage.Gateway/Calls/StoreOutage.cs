using Microsoft.Extensions.Options;

namespace Entourage.Gateway.Calls;

/// <summary>
/// Remembers that the store is unavailable, if calls are let through meanwhile. They then do not each wait until the store has failed again.
/// </summary>
/// <param name="options">The settings.</param>
public sealed class StoreOutage(IOptions<GatewayOptions> options)
{
    // After this time, the store is tried again.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    private long failedAt;

    /// <summary>Whether calls are let through while the store is unavailable.</summary>
    public bool LetsCallsThrough => options.Value.FailOpen;

    /// <summary>Whether calls are let through now without asking the store.</summary>
    public bool IsOn =>
        LetsCallsThrough && Volatile.Read(ref failedAt) is not 0 and var at && TimeProvider.System.GetElapsedTime(at) < Memory;

    /// <summary>Notes that the store has failed.</summary>
    public void Note() => Volatile.Write(ref failedAt, TimeProvider.System.GetTimestamp());

    /// <summary>Notes that the store works.</summary>
    public void End() => Volatile.Write(ref failedAt, 0);
}
