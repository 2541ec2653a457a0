using System.Net;

namespace Entourage.Api.Startup;

/// <summary>Where the server is going to listen, before it does.</summary>
internal static class ListenAddresses
{
    // Each of these is a way to say where to listen.
    private const string Urls = "urls";
    private const string HttpPorts = "http_ports";
    private const string HttpsPorts = "https_ports";
    private const string Endpoints = "Kestrel:Endpoints";

    /// <summary>Whether nobody has said where.</summary>
    public static bool AreDefault(IConfiguration configuration) =>
        string.IsNullOrEmpty(configuration[Urls])
        && string.IsNullOrEmpty(configuration[HttpPorts])
        && string.IsNullOrEmpty(configuration[HttpsPorts])
        && !configuration.GetSection(Endpoints).Exists();

    /// <summary>
    /// Those that others than this machine can reach. Where addresses are said in several ways, and not all of them count in the end, all
    /// are looked at: that errs towards keys.
    /// </summary>
    public static IReadOnlyList<string> Reachable(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection(Endpoints).GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToArray();
        var urls = (configuration[Urls] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        // A port alone is one of every address of the machine. It does not count beside an address.
        string[] ports = urls.Length > 0 || endpoints.Length > 0
            ? []
            : [.. PortsOf(HttpPorts).Select(port => $"http://*:{port}"), .. PortsOf(HttpsPorts).Select(port => $"https://*:{port}")];
        return [.. endpoints.Concat(urls).Concat(ports).Where(address => !IsLoopback(address))];

        string[] PortsOf(string key) => (configuration[key] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    // Of a socket in the file system nobody knows who is behind it.
    private static bool IsLoopback(string address)
    {
        var host = BindingAddress.Parse(address).Host.Trim('[', ']');
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }
}
