using Microsoft.Extensions.Options;

namespace Entourage.Gateway.Upstreams;

/// <summary>
/// The output limits of calls that name none, and of calls that are sent as another model: the greatest that each model accepts, as its provider documents it.
/// </summary>
internal sealed class OutputLimits(IOptions<GatewayOptions> options)
{
    // By the beginning of the name. The longest that matches counts.
    private static readonly (string Model, int Tokens)[] BuiltIn =
    [
        ("gpt-3.5", 4_096),
        ("gpt-4", 4_096),
        ("gpt-4-32k", 8_192),
        ("gpt-4o", 16_384),
        ("gpt-4.1", 32_768),
        ("gpt-5", 128_000),
        ("gpt-6", 128_000),
        ("o1", 100_000),
        ("o3", 100_000),
        ("o4", 100_000),
        ("codex", 100_000),
        ("gemini-1", 8_192),
        ("gemini-2.0", 8_192),
        ("gemini-2.5", 65_536),
        ("gemini-3", 65_536),
        ("gemini-4", 65_536),
        ("claude-3", 4_096),
        ("claude-3-5", 8_192),
        ("claude-3-7", 64_000),
        ("claude-opus-4", 32_000),
        ("claude-opus-4-5", 64_000),
        ("claude-opus-4-6", 128_000),
        ("claude-opus-4-7", 128_000),
        ("claude-opus-4-8", 128_000),
        ("claude-opus-5", 128_000),
        ("claude-sonnet-4", 64_000),
        ("claude-sonnet-4-6", 128_000),
        ("claude-sonnet-5", 128_000),
        ("claude-haiku-4", 64_000),
        ("claude-haiku-5", 128_000),
        ("claude-fable-5", 128_000),
    ];

    /// <summary>The limit of a model, in tokens.</summary>
    public int Of(string model)
    {
        var settings = options.Value;
        var name = model[(model.LastIndexOf('/') + 1)..];
        return Longest(settings.OutputTokens.Select(limit => (limit.Key, limit.Value))) ?? Longest(BuiltIn) ?? settings.DefaultOutputTokens;

        int? Longest(IEnumerable<(string Model, int Tokens)> limits) => limits
            .Where(limit => name.StartsWith(limit.Model, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(limit => limit.Model.Length)
            .Select(limit => (int?)limit.Tokens)
            .FirstOrDefault();
    }
}
