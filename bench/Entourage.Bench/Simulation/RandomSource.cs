namespace Entourage.Bench.Simulation;

/// <summary>Random numbers that depend only on the seed, with any runtime (SplitMix64).</summary>
/// <param name="seed">The seed.</param>
internal sealed class RandomSource(ulong seed)
{
    private ulong state = seed;

    /// <summary>A number from 0 to below 1.</summary>
    public double Next()
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>A time between events that occur at random, in seconds.</summary>
    /// <param name="mean">The mean in seconds.</param>
    public double NextInterval(double mean) => -mean * Math.Log(1 - Next());
}
