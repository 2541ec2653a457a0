namespace Entourage.Testing;

/// <summary>
/// Waits for conditions. The limit is the same for all tests and generous: it only ends a test that would hang, so a slow machine fails none.
/// </summary>
public static class Patience
{
    /// <summary>How long any test waits for anything, in milliseconds.</summary>
    public const int LimitMilliseconds = 300_000;

    /// <summary>How long any test waits for anything.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(LimitMilliseconds);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within <see cref="Limit"/>.</exception>
    public static Task UntilAsync(Func<bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return UntilAsync(() => Task.FromResult(condition()));
    }

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within <see cref="Limit"/>.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var began = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(BetweenLooks);
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
