using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Entourage.Bench.Upstreams;

/// <summary>The baseline of the gateway: YARP's forwarder in a minimal host, which reads neither requests nor answers.</summary>
internal static class ForwarderHost
{
    /// <summary>The command-line argument that starts this host. The address of the upstream follows it.</summary>
    public const string Command = "forward";

    /// <summary>Prints its address and forwards until it is stopped.</summary>
    public static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args[1..]);
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        await using var app = builder.Build();
        using var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
        });
        app.MapGet("/metrics", () => $"dotnet_gc_heap_total_allocated_bytes_total {GC.GetTotalAllocatedBytes()}");
        app.MapForwarder("/{**path}", args[0], new ForwarderRequestConfig(), HttpTransformer.Default, client);
        await app.StartAsync();
        Console.WriteLine($"  API  {app.Urls.First()}/v1");
        await app.WaitForShutdownAsync();
    }
}
