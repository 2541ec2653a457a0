namespace Entourage.Application.Upstreams;

/// <summary>The providers that the gateway of this server passes calls to.</summary>
public interface IGatewayUpstreams
{
    /// <summary>The configured upstreams, by name; empty if the gateway is off.</summary>
    IReadOnlyList<UpstreamResponse> All { get; }
}
