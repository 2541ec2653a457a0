namespace Entourage.Bench.Simulation;

/// <summary>The processor cores of a machine, shared in slices as an operating system does.</summary>
/// <param name="clock">The clock.</param>
/// <param name="count">The number of cores.</param>
/// <param name="slice">The longest time in seconds before other work gets the core.</param>
internal sealed class Cores(Clock clock, int count, double slice = 0.0005)
{
    private readonly Slots slots = new(count);

    /// <summary>The seconds of work that were completed, over all cores.</summary>
    public double Busy { get; private set; }

    /// <summary>The number of cores.</summary>
    public int Count => count;

    /// <summary>Does some work.</summary>
    /// <param name="seconds">The processor time.</param>
    public async Task UseAsync(double seconds)
    {
        while (seconds > 0)
        {
            await slots.TakeAsync();
            var step = Math.Min(seconds, slice);
            await clock.WaitAsync(step);
            seconds = seconds - step < 1e-12 ? 0 : seconds - step;
            Busy += step;
            slots.Release();
        }
    }
}
