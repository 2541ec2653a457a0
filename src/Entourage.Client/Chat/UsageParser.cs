using Entourage.Client.Contracts;
using Microsoft.Extensions.AI;

namespace Entourage.Client.Chat;

/// <summary>Converts a provider's usage to the API's, whose input tokens exclude cached ones.</summary>
internal static class UsageParser
{
    // Providers' clients use different names for these.
    private static readonly string[] CacheWriteNames =
        ["CacheCreationInputTokens", "cache_creation_input_tokens", "CacheWriteInputTokens", "cache_write_input_tokens", "InputTokenDetails.CacheWriteTokenCount"];

    private static readonly string[] CacheReadNames =
        ["CacheReadInputTokens", "cache_read_input_tokens", "InputTokenDetails.CachedTokenCount", "cached_tokens"];

    public static Usage Parse(UsageDetails details, EntourageChatOptions options)
    {
        var read = details.CachedInputTokenCount ?? Find(details, CacheReadNames);
        var written = Find(details, CacheWriteNames);
        var (input, cached) = (details.InputTokenCount ?? 0, (read ?? 0) + (written ?? 0));

        // More cached tokens than input tokens cannot be part of the input.
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
