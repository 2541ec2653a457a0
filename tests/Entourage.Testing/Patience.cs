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

    /// <summary>
    /// Settings of a server that waits as long as its callers, because a busy machine makes writers of one file wait for each other.
    /// A statement waits half as long, so that its error still reaches the caller. It does not warm up, because most servers of tests serve few requests.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Database:CommandTimeoutSeconds"] = $"{LimitMilliseconds / 2_000}",
        ["Limits:RequestSeconds"] = $"{LimitMilliseconds / 1_000}",
        ["WarmUp:Seconds"] = "0",
    };

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
