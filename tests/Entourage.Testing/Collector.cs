using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Entourage.Testing;

/// <summary>An OpenTelemetry collector on a loopback port that keeps what it receives.</summary>
public sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<(string Path, string Text)> posts = new();

    private Collector(WebApplication app) => this.app = app;

    /// <summary>Its base address.</summary>
    public string Url => app.Urls.Single();

    /// <summary>Starts a collector.</summary>
    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new Collector(app);
        app.Run(collector.ReceiveAsync);
        await app.StartAsync();
        return collector;
    }

    /// <summary>Everything received for a signal, <c>metrics</c>, <c>traces</c> or <c>logs</c>, as text in which names are readable.</summary>
    public string Of(string signal) => string.Concat(posts.Where(post => post.Path == $"/v1/{signal}").Select(post => post.Text));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        posts.Enqueue((context.Request.Path.Value!, Encoding.Latin1.GetString(body.ToArray())));
    }
}
