using Entourage.Domain;

namespace Entourage.Application.Costs;

/// <summary>Sums token counts over many rows. The store sums quotients and remainders separately, so that no sum exceeds 64 bits.</summary>
internal static class TokenSums
{
    /// <summary>The divisor of the two partial sums.</summary>
    public const long Unit = 1_000_000_000;

    /// <summary>Combines the two partial sums, up to <see cref="TokenCounts.LargestTotal"/> tokens.</summary>
    public static long OfSums(long units, long rest) => TokenCounts.TotalOf((Int128)units * Unit, rest);
}
