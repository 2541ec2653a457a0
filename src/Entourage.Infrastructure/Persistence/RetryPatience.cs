namespace Entourage.Infrastructure.Persistence;

/// <summary>Decides how long to wait before an operation on the store is tried again, and when to give up.</summary>
/// <param name="limit">The time for all attempts together, which begins now.</param>
internal sealed class RetryPatience(TimeSpan limit)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    private readonly long began = TimeProvider.System.GetTimestamp();
    private TimeSpan delay = FirstDelay;

    /// <summary>
    /// Returns how long to wait before the next attempt; null if the time is over. The delays double up to a second, with a random part so that many
    /// callers do not return at the same moment.
    /// </summary>
    public TimeSpan? NextDelay()
    {
        if (TimeProvider.System.GetElapsedTime(began) + delay > limit)
        {
            return null;
        }

        var next = delay * (0.5 + (Random.Shared.NextDouble() / 2));
        delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        return next;
    }

    /// <summary>Waits before the next attempt.</summary>
    /// <returns>False at once if the time is over.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (NextDelay() is not { } next)
        {
            return false;
        }

        await Task.Delay(next, TimeProvider.System, cancellationToken);
        return true;
    }
}
