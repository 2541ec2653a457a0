using System.Net;

namespace Entourage.Api.Startup;

/// <summary>The addresses on which the server will listen, from its configuration.</summary>
internal static class ListenAddresses
{
    private const string Urls = "urls";
    private const string HttpPorts = "http_ports";
    private const string HttpsPorts = "https_ports";
    private const string Endpoints = "Kestrel:Endpoints";

    /// <summary>Whether no address is configured.</summary>
    public static bool AreDefault(IConfiguration configuration) =>
        string.IsNullOrEmpty(configuration[Urls])
        && string.IsNullOrEmpty(configuration[HttpPorts])
        && string.IsNullOrEmpty(configuration[HttpsPorts])
        && !configuration.GetSection(Endpoints).Exists();

    /// <summary>
    /// The addresses that other machines can reach. Includes every configured address, even where another setting overrides it: if in doubt,
    /// requests need keys.
    /// </summary>
    public static IReadOnlyList<string> Reachable(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection(Endpoints).GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToArray();
        var urls = (configuration[Urls] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        // A port without an address means all addresses of the machine. The server ignores ports if addresses are set.
        string[] ports = urls.Length > 0 || endpoints.Length > 0
            ? []
            : [.. PortsOf(HttpPorts).Select(port => $"http://*:{port}"), .. PortsOf(HttpsPorts).Select(port => $"https://*:{port}")];
        return [.. endpoints.Concat(urls).Concat(ports).Where(address => !IsLoopback(address))];

        string[] PortsOf(string key) => (configuration[key] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    // A Unix domain socket does not count: a proxy for other machines may be behind it.
    private static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host.Trim('[', ']');
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }
}
