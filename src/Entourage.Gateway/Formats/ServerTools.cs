namespace Entourage.Gateway.Formats;

/// <summary>
/// The input that tools add which the provider runs itself. What they find is billed as input tokens, which no request can limit, so the bound is an
/// assumption: ten results of a search, or a page of a site, have a few thousand tokens.
/// </summary>
internal static class ServerTools
{
    /// <summary>The uses of tools of a call that does not limit them.</summary>
    public const int AssumedUses = 5;

    /// <summary>The input tokens of each use.</summary>
    public const int TokensOfUse = 20_000;

    // A larger number is no intention, and would overflow.
    private const long MostUses = 1_000;

    /// <summary>The uses by a stated limit.</summary>
    public static long UsesOf(long? limit) => Math.Min(limit ?? AssumedUses, MostUses);
}
