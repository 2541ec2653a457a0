using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Upstreams;

/// <summary>The Portkey gateway, the npm package <c>@portkey-ai/gateway</c>, which passes calls on without metering them.</summary>
internal static class Portkey
{
    // The folder in which the package was installed.
    private const string Folder = "ENTOURAGE_BENCH_PORTKEY";

    /// <summary>How to install it.</summary>
    public const string Hint = $"not installed; `npm install @portkey-ai/gateway@1.15.2` in a folder, and set {Folder} to it";

    private static string? Program => Environment.GetEnvironmentVariable(Folder) is { Length: > 0 } folder
        && Path.Combine(folder, "node_modules", "@portkey-ai", "gateway", "build", "start-server.js") is var program && File.Exists(program)
            ? program
            : null;

    /// <summary>Starts it and waits until it listens; null if it is not installed.</summary>
    public static async Task<ServerProcess?> StartAsync()
    {
        if (Program is not { } program)
        {
            return null;
        }

        var port = FindPort();
        var start = new ProcessStartInfo("node", [program, $"--port={port.ToString(CultureInfo.InvariantCulture)}", "--headless"]);

        // It must find no keys of this machine's user.
        var path = start.Environment["PATH"];
        start.Environment.Clear();
        (start.Environment["PATH"], start.Environment["NODE_ENV"]) = (path, "production");
        return await ServerProcess.StartOtherAsync(start, new($"http://127.0.0.1:{port}"));
    }

    /// <summary>The headers that make it call an upstream.</summary>
    public static (string Name, string Value)[] HeadersFor(Uri upstream) =>
    [
        ("x-portkey-provider", "openai"),
        ("x-portkey-custom-host", new Uri(upstream, "v1").AbsoluteUri),
        ("Authorization", "Bearer none"),
    ];

    // It cannot choose one itself.
    private static int FindPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
