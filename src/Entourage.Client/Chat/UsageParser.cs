using Entourage.Client.Contracts;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Chat;

/// <summary>What a provider reported, in the terms of the contract: input tokens without those that a cache read or wrote.</summary>
internal static class UsageParser
{
    // Providers' clients have no common name for these; each of the names that are in use is understood.
    private static readonly string[] CacheWriteNames =
        ["CacheCreationInputTokens", "cache_creation_input_tokens", "CacheWriteInputTokens", "cache_write_input_tokens", "InputTokenDetails.CacheWriteTokenCount"];

    private static readonly string[] CacheReadNames =
        ["CacheReadInputTokens", "cache_read_input_tokens", "InputTokenDetails.CachedTokenCount", "cached_tokens"];

    public static Usage Of(UsageDetails details, EntourageChatOptions options)
    {
        var read = details.CachedInputTokenCount ?? Find(details, CacheReadNames);
        var written = Find(details, CacheWriteNames);
        var (input, cached) = (details.InputTokenCount ?? 0, (read ?? 0) + (written ?? 0));

        // Where there are more cached tokens than input, they cannot be part of it.
        return new Usage(options.InputIncludesCached && cached <= input ? input - cached : input, details.OutputTokenCount ?? 0)
        {
            CacheReadTokens = read,
            CacheWriteTokens = written,
        };
    }

    private static long? Find(UsageDetails details, string[] names)
    {
        foreach (var name in names)
        {
            if (details.AdditionalCounts is { } counts && counts.TryGetValue(name, out var count))
            {
                return count;
            }
        }

        return null;
    }
}
