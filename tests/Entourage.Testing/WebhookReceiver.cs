using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Entourage.Testing;

/// <summary>A message that a receiver got.</summary>
/// <param name="Id">The header <c>Webhook-Id</c>.</param>
/// <param name="Timestamp">The header <c>Webhook-Timestamp</c>.</param>
/// <param name="Signature">The header <c>Webhook-Signature</c>.</param>
/// <param name="Body">The body.</param>
public sealed record ReceivedMessage(string Id, string Timestamp, string Signature, string Body)
{
    /// <summary>The body as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Body)!;
}

/// <summary>A webhook receiver on a loopback port with answers from the test.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Channel<ReceivedMessage> messages = Channel.CreateUnbounded<ReceivedMessage>();
    private readonly CancellationTokenSource ending = new();
    private int ended;

    private WebhookReceiver(WebApplication app) => this.app = app;

    /// <summary>Answers a message after it is recorded; with 204 by default.</summary>
    public Func<HttpContext, CancellationToken, Task> Answer { get; set; } = AnswerWith(HttpStatusCode.NoContent);

    /// <summary>All messages so far.</summary>
    public ConcurrentQueue<ReceivedMessage> All { get; } = new();

    /// <summary>Its address.</summary>
    public string Url => app.Urls.Single() + "/hook";

    /// <summary>Starts a receiver.</summary>
    /// <param name="port">The port; 0 for any free one.</param>
    public static async Task<WebhookReceiver> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var receiver = new WebhookReceiver(app);
        app.Run(receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Answers with a status.</summary>
    public static Func<HttpContext, CancellationToken, Task> AnswerWith(HttpStatusCode status) => (context, _) =>
    {
        context.Response.StatusCode = (int)status;
        return Task.CompletedTask;
    };

    /// <summary>Never answers.</summary>
    public static Task HangAsync(HttpContext context, CancellationToken ending) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ending).ContinueWith(_ => { }, TaskScheduler.Default);

    /// <summary>Breaks the connection without an answer.</summary>
    public static Task BreakAsync(HttpContext context, CancellationToken ending)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Waits for the next message.</summary>
    /// <exception cref="TimeoutException">No message came in time.</exception>
    public async Task<ReceivedMessage> ReadAsync() => await messages.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit, TimeProvider.System);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref ended, 1) == 0)
        {
            await ending.CancelAsync();
            await app.DisposeAsync();
            ending.Dispose();
        }
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body);
        var message = new ReceivedMessage(
            context.Request.Headers["Webhook-Id"].ToString(),
            context.Request.Headers["Webhook-Timestamp"].ToString(),
            context.Request.Headers["Webhook-Signature"].ToString(),
            await body.ReadToEndAsync());
        All.Enqueue(message);
        var answer = Answer;
        messages.Writer.TryWrite(message);
        await answer(context, ending.Token);
    }
}
