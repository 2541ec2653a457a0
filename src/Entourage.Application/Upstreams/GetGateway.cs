using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Domain.Audit;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Upstreams;

/// <summary>Reads what a client needs to know of the gateway to use it.</summary>
public sealed record GetGatewayQuery : IQuery<GatewayResponse>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent();
}

/// <summary>How a client uses the gateway.</summary>
/// <param name="Credential">What the caller sends as the provider's API key, or in <c>X-Entourage-Key</c>.</param>
/// <param name="Upstreams">The upstreams, by name; empty if the gateway is off.</param>
public sealed record GatewayResponse(GatewayCredential Credential, IReadOnlyList<UpstreamResponse> Upstreams);

/// <summary>How the gateway learns which agent makes a call.</summary>
public enum GatewayCredential
{
    /// <summary>The caller's own key, because it is the key of an agent.</summary>
    AgentKey,

    /// <summary>The name or id of an agent, because this server needs no keys.</summary>
    AgentId,

    /// <summary>Nothing that the caller has. The caller's key is not the key of an agent.</summary>
    None,
}

/// <summary>A provider that the gateway passes calls to.</summary>
/// <param name="Name">The name of the upstream.</param>
/// <param name="Format">The provider's API: <c>anthropic</c>, <c>openai</c> or <c>gemini</c>.</param>
/// <param name="Path">The path below which the provider's API is found on this server.</param>
/// <param name="PassesCredential">
/// Whether the caller's own credential for the provider is passed on, and the one for Entourage travels in <c>X-Entourage-Key</c>. Otherwise the server has
/// the provider's key, and the one for Entourage takes its place.
/// </param>
public sealed record UpstreamResponse(string Name, string Format, string Path, bool PassesCredential);

internal sealed class GetGatewayValidator : AbstractValidator<GetGatewayQuery>;

internal sealed class GetGatewayHandler(IGatewayUpstreams upstreams, CallerContext callers) : IRequestHandler<GetGatewayQuery, GatewayResponse>
{
    public Task<GatewayResponse> Handle(GetGatewayQuery request, CancellationToken cancellationToken)
    {
        var credential = callers.Current switch
        {
            { AgentId: not null } => GatewayCredential.AgentKey,
            { Kind: ActorKind.Operator } => GatewayCredential.AgentId,
            _ => GatewayCredential.None,
        };
        return Task.FromResult(new GatewayResponse(credential, upstreams.All));
    }
}
