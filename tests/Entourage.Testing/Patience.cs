namespace Entourage.Testing;

/// <summary>
/// Waits for conditions. The limit is the same for all tests and generous, so that only a hanging test fails and not a slow machine.
/// </summary>
public static class Patience
{
    /// <summary>The time limit of every wait, in milliseconds.</summary>
    public const int LimitMilliseconds = 300_000;

    /// <summary>The time limit of every wait.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(LimitMilliseconds);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">The condition did not hold within <see cref="Limit"/>.</exception>
    public static Task UntilAsync(Func<bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return UntilAsync(() => Task.FromResult(condition()));
    }

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">The condition did not hold within <see cref="Limit"/>.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var began = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(PollInterval);
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Limit)
            {
                throw new TimeoutException($"The condition did not hold within {Limit.TotalMinutes} minutes.");
            }

            await timer.WaitForNextTickAsync();
        }
    }
}
