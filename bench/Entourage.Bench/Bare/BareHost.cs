using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Bench.Bare;

/// <summary>The smallest host for the yardstick: what the framework itself costs, in a process of its own.</summary>
internal static class BareHost
{
    /// <summary>The first argument of the program that asks for it.</summary>
    public const string Command = "bare";

    /// <summary>Serves until it is ended, and says where.</summary>
    public static async Task RunAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.ClearProviders();
        builder.Services.AddControllers()
            .AddJsonOptions(options => options.JsonSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);

        await using var app = builder.Build();
        app.MapControllers();
        await app.StartAsync();
        Console.WriteLine($"  API  {app.Urls.First()}/api/v1");
        await app.WaitForShutdownAsync();
    }
}
