using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Bench.Bare;

/// <summary>A minimal host for the baseline, which measures the cost of the framework itself in a separate process.</summary>
internal static class BareHost
{
    /// <summary>The command-line argument that starts this host.</summary>
    public const string Command = "bare";

    /// <summary>Prints its address and serves until it is stopped.</summary>
    public static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.ClearProviders();
        builder.Services.AddControllers()
            .AddJsonOptions(options => options.JsonSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);

        await using var app = builder.Build();
        app.MapControllers();
        // Under the name that Entourage's metrics have for it.
        app.MapGet("/metrics", () => $"dotnet_gc_heap_total_allocated_bytes_total {GC.GetTotalAllocatedBytes()}");
        await app.StartAsync();
        Console.WriteLine($"  API  {app.Urls.First()}/api/v1");
        await app.WaitForShutdownAsync();
    }
}
