using Entourage.Api.Startup;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Entourage.Api.Protection;

/// <summary>Whether whoever reaches the server may use it without a key.</summary>
internal sealed class OpenServer(IConfiguration configuration, IServer server)
{
    private bool? open;

    /// <summary>So it is configured, or it listens to its own machine alone. Known once the server has started.</summary>
    public bool IsOpen => open ??= configuration["Auth:Mode"]?.ToUpperInvariant() switch
    {
        "OPEN" => true,
        "KEYS" => false,
        _ => server.Features.Get<IServerAddressesFeature>()?.Addresses.All(Addresses.IsLoopback) ?? true,
    };
}
