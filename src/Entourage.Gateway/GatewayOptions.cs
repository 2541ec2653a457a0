using System.ComponentModel.DataAnnotations;
using Entourage.Domain.Sessions;

namespace Entourage.Gateway;

/// <summary>The settings of the gateway, in the configuration section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Gateway";

    /// <summary>The providers that calls are passed to, by the name in the path. Without any, the gateway is off.</summary>
    public Dictionary<string, UpstreamOptions> Upstreams { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The smallest output limit that a call is lowered to, in tokens. A call for which less fits is refused.</summary>
    [Range(1, 1_000_000)]
    public int LeastOutputTokens { get; set; } = 256;

    /// <summary>
    /// The output limit of a call that names none, in tokens, by the beginning of the model's name. It is sent, so that the call cannot cost more than was
    /// reserved. Models that are not listed use <see cref="DefaultOutputTokens"/>.
    /// </summary>
    public Dictionary<string, int> OutputTokens { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The output limit of a call that names none and whose model is not listed, in tokens.</summary>
    [Range(1, 10_000_000)]
    public int DefaultOutputTokens { get; set; } = 16_384;

    /// <summary>The largest body of a call, in bytes. A larger one gets 413.</summary>
    [Range(1_024, 1_073_741_824)]
    public long BodyBytes { get; set; } = 33_554_432;

    /// <summary>How much memory the bodies of all running calls may use together, in bytes. Further calls get 503.</summary>
    [Range(1_048_576, 17_179_869_184)]
    public long BodyMemoryBytes { get; set; } = 536_870_912;

    /// <summary>How long a call may take, in seconds. It is cut after that. A call that was never settled is charged a minute later.</summary>
    [Range(1, 3_480)]
    public int CallSeconds { get; set; } = 1_800;

    /// <summary>
    /// Whether calls are let through while the store is unavailable, when no cap and no stop holds. They are recorded once the store is back. Otherwise they
    /// are refused.
    /// </summary>
    public bool FailOpen { get; set; }

    /// <summary>How long the gateway tries to connect to a provider, in seconds.</summary>
    [Range(1, 300)]
    public int ConnectSeconds { get; set; } = 15;
}

/// <summary>A provider that calls are passed to.</summary>
public sealed class UpstreamOptions
{
    /// <summary>The provider's API: <c>anthropic</c>, <c>openai</c> or <c>gemini</c>. The upstreams with these names need not say it.</summary>
    public string? Format { get; set; }

    /// <summary>Where the API is; the provider's own address if absent.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>The provider's key. Without one, the caller's own credential is passed on, and the Entourage key is expected in X-Entourage-Key.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Headers to set in every call.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// How a chat request of the format <c>openai</c> gets its output limit: as <c>max_completion_tokens</c>, or as <c>max_tokens</c>, which compatible servers
    /// know. If absent, OpenAI and Azure OpenAI get the former, and all others the latter.
    /// </summary>
    public ChatLimit? ChatLimit { get; set; }

    /// <summary>Whether the calls are billed by the token or covered by a subscription.</summary>
    public Billing Billing { get; set; } = Billing.Api;
}

/// <summary>The member that limits the output of a chat request.</summary>
public enum ChatLimit
{
    /// <summary><c>max_completion_tokens</c></summary>
    MaxCompletionTokens,

    /// <summary><c>max_tokens</c></summary>
    MaxTokens,
}
