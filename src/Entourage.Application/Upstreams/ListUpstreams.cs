using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Upstreams;

/// <summary>Lists the upstreams of the gateway, so that a client knows which base URLs it can use.</summary>
public sealed record ListUpstreamsQuery : IQuery<IReadOnlyList<UpstreamResponse>>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent();
}

/// <summary>A provider that the gateway passes calls to.</summary>
/// <param name="Name">The name of the upstream.</param>
/// <param name="Format">The provider's API: <c>anthropic</c>, <c>openai</c> or <c>gemini</c>.</param>
/// <param name="Path">The path below which the provider's API is found on this server.</param>
/// <param name="PassesCredential">
/// Whether the caller's own credential for the provider is passed on, and the Entourage key travels in <c>X-Entourage-Key</c>. Otherwise the server has the
/// provider's key, and the Entourage key takes its place.
/// </param>
public sealed record UpstreamResponse(string Name, string Format, string Path, bool PassesCredential);

internal sealed class ListUpstreamsValidator : AbstractValidator<ListUpstreamsQuery>;

internal sealed class ListUpstreamsHandler(IGatewayUpstreams upstreams) : IRequestHandler<ListUpstreamsQuery, IReadOnlyList<UpstreamResponse>>
{
    public Task<IReadOnlyList<UpstreamResponse>> Handle(ListUpstreamsQuery request, CancellationToken cancellationToken) => Task.FromResult(upstreams.All);
}
