using Entourage.Application.Upstreams;
using Entourage.Gateway.Calls;
using Entourage.Gateway.Formats;
using Entourage.Gateway.Formats.Anthropic;
using Entourage.Gateway.Formats.Gemini;
using Entourage.Gateway.Formats.OpenAi;
using Microsoft.Extensions.Options;

namespace Entourage.Gateway.Upstreams;

/// <summary>The configured upstreams.</summary>
internal sealed class UpstreamList : IGatewayUpstreams
{
    private static readonly string[] OpenAiDomains = [".openai.com", ".azure.com"];

    private static readonly OpenAiFormat CompatibleFormat = new(limitsByMaxTokens: true);

    private static readonly Dictionary<string, IProviderFormat> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["anthropic"] = new AnthropicFormat(),
        ["openai"] = new OpenAiFormat(),
        ["gemini"] = new GeminiFormat(),
    };

    private readonly Dictionary<string, Upstream> upstreams;

    public UpstreamList(IOptions<GatewayOptions> options)
    {
        var configured = options.Value.Upstreams;
        upstreams = configured.ToDictionary(upstream => upstream.Key, upstream => Create(upstream.Key, upstream.Value), StringComparer.OrdinalIgnoreCase);
        All = [.. configured.OrderBy(upstream => upstream.Key, StringComparer.Ordinal).Select(upstream => new UpstreamResponse(
            upstream.Key, (upstream.Value.Format ?? upstream.Key).ToLowerInvariant(), $"{CallerKeys.Path}/{upstream.Key}", string.IsNullOrEmpty(upstream.Value.ApiKey)))];
    }

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamResponse> All { get; }

    /// <summary>The format of errors for a path that names no upstream.</summary>
    public static IProviderFormat AnyFormat => Formats["openai"];

    /// <summary>Whether the settings of an upstream are complete; otherwise the reason.</summary>
    public static string? FindMistake(string name, UpstreamOptions options)
    {
        if (!Formats.ContainsKey(options.Format ?? name))
        {
            return $"Gateway:Upstreams:{name}:Format must be one of {string.Join(", ", Formats.Keys)}.";
        }

        return options.BaseUrl is { } address && !(Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length == 0)
            ? $"Gateway:Upstreams:{name}:BaseUrl must be an http or https address without a query."
            : null;
    }

    /// <summary>The upstream of a name; null if there is none.</summary>
    public Upstream? Find(string name) => upstreams.GetValueOrDefault(name);

    private static Upstream Create(string name, UpstreamOptions options)
    {
        var format = Formats[options.Format ?? name];
        var address = options.BaseUrl is { } url ? new Uri(url.EndsWith('/') ? url : url + "/") : format.DefaultBaseUrl;
        if (format is OpenAiFormat && (options.ChatLimit ?? DefaultLimit(name, address)) == ChatLimit.MaxTokens)
        {
            format = CompatibleFormat;
        }

        return new(name, format, address, string.IsNullOrEmpty(options.ApiKey) ? null : options.ApiKey, options.Headers, options.Billing);
    }

    private static ChatLimit DefaultLimit(string name, Uri address) =>
        name.Equals("openai", StringComparison.OrdinalIgnoreCase)
        || OpenAiDomains.Any(domain => address.Host.EndsWith(domain, StringComparison.OrdinalIgnoreCase))
            ? ChatLimit.MaxCompletionTokens
            : ChatLimit.MaxTokens;
}
