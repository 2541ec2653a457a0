namespace Entourage.Client.Contracts;

/// <summary>How a client uses the gateway of a server.</summary>
/// <param name="Credential">
/// What is sent as the provider's API key, or in <c>X-Entourage-Key</c>: <c>agent_key</c> (the caller's key), <c>agent_id</c> (the name or id of an agent, on a
/// server without keys) or <c>none</c> (the caller's key is not the key of an agent).
/// </param>
/// <param name="Upstreams">The upstreams, by name; empty if the gateway is off.</param>
public sealed record Gateway(string Credential, IReadOnlyList<Upstream> Upstreams);

/// <summary>A provider that the gateway passes calls to.</summary>
/// <param name="Name">The name of the upstream.</param>
/// <param name="Format">The provider's API: <c>anthropic</c>, <c>openai</c> or <c>gemini</c>.</param>
/// <param name="Path">The path of the provider's API on the server.</param>
/// <param name="PassesCredential">Whether the caller's own credential for the provider is passed on.</param>
public sealed record Upstream(string Name, string Format, string Path, bool PassesCredential);
