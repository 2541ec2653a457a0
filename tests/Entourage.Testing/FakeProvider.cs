using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Entourage.Testing;

/// <summary>A call that a provider got.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The path and query, as they were sent.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body.</param>
public sealed record ProviderCall(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The body as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Body)!;
}

/// <summary>A model provider on a loopback port, with answers from the test.</summary>
public sealed class FakeProvider : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeProvider(WebApplication app) => this.app = app;

    /// <summary>Answers a call after it is recorded.</summary>
    public Func<HttpContext, ProviderCall, Task> Answer { get; set; } = (context, _) => AnswerJsonAsync(context, "{}");

    /// <summary>All calls so far.</summary>
    public ConcurrentQueue<ProviderCall> Calls { get; } = new();

    /// <summary>The calls whose clients have disconnected before their answers ended.</summary>
    public ConcurrentQueue<ProviderCall> Aborted { get; } = new();

    /// <summary>Its address.</summary>
    public string Url => app.Urls.Single();

    /// <summary>Starts a provider.</summary>
    public static async Task<FakeProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var provider = new FakeProvider(app);
        app.Run(provider.ReceiveAsync);
        await app.StartAsync();
        return provider;
    }

    /// <summary>Adds settings with which a gateway takes it for all three providers.</summary>
    /// <param name="settings">The settings of the server.</param>
    /// <param name="apiKey">The provider's key.</param>
    public Dictionary<string, string> AddTo(Dictionary<string, string> settings, string apiKey)
    {
        ArgumentNullException.ThrowIfNull(settings);
        foreach (var format in new[] { "anthropic", "openai", "gemini" })
        {
            settings[$"Gateway:Upstreams:{format}:BaseUrl"] = Url;
            settings[$"Gateway:Upstreams:{format}:ApiKey"] = apiKey;
        }

        return settings;
    }

    /// <summary>Answers with JSON.</summary>
    public static Task AnswerJsonAsync(HttpContext context, string json, int status = StatusCodes.Status200OK)
    {
        ArgumentNullException.ThrowIfNull(context);
        (context.Response.StatusCode, context.Response.ContentType) = (status, "application/json");
        var bytes = Encoding.UTF8.GetBytes(json);
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    /// <summary>Begins a stream of events, and sends the given ones one by one.</summary>
    public static async Task StreamAsync(HttpContext context, params IEnumerable<string> events)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(events);
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        foreach (var sent in events)
        {
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(sent), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var call = new ProviderCall(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        Calls.Enqueue(call);
        try
        {
            await Answer(context, call);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            Aborted.Enqueue(call);
        }
    }
}
