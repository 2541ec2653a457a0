using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;
using Entourage.Bench.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Entourage.Bench.Rows;

/// <summary>Measures how long it takes from sending a kill until a running stream has ended for its client and is cancelled at the provider.</summary>
internal sealed class GatewayStopRow : IRow
{
    private const int Streams = 50;
    private const int WarmUp = 5;
    private const double Goal = 1_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public string Name => "gateway-stop";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        await using var provider = await Provider.StartAsync();
        using var database = new TemporaryDatabase();
        (string, string)[] settings = [("Gateway__Upstreams__openai__BaseUrl", provider.Url), ("Gateway__Upstreams__openai__ApiKey", "sk-none")];
        await using var first = await ServerProcess.StartAsync(database, settings);
        await using var second = await ServerProcess.StartAsync(database, settings);
        using var http = new HttpClient { BaseAddress = new(first.Address, "api/v1/") };
        var organisation = (await PostAsync(http, "orgs", new { name = "Stops", slug = "stops" })).GetProperty("id").GetGuid();
        var team = (await PostAsync(http, $"orgs/{organisation}/teams", new { name = "stops", slug = "stops" })).GetProperty("id").GetGuid();
        var agent = (await PostAsync(http, $"teams/{team}/agents", new { name = "streamer" })).GetProperty("id").GetGuid();
        return
        [
            .. await MeasureAsync(provider, http, agent, first, first, "the replica that passes it on"),
            .. await MeasureAsync(provider, http, agent, first, second, "another replica"),
        ];
    }

    private static async Task<Figure[]> MeasureAsync(Provider provider, HttpClient http, Guid agent, ServerProcess passing, ServerProcess killing, string where)
    {
        var (ended, cancelled) = (new List<double>(), new List<double>());
        for (var stream = -WarmUp; stream < Streams; stream++)
        {
            var (client, upstream) = await StopAsync(provider, http, agent, passing.Address, killing.Address);
            if (stream >= 0)
            {
                ended.Add(client.TotalMilliseconds);
                cancelled.Add(upstream.TotalMilliseconds);
            }
        }

        return
        [
            Of($"kill of a session with a running stream, sent to {where}: until the client's stream has ended", ended),
            Of("the same until the call is cancelled at the provider", cancelled),
        ];
    }

    private static Figure Of(string work, List<double> milliseconds)
    {
        var spread = Spread.Of(milliseconds);
        return new(
            work,
            "within a second",
            string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0} ms, worst {spread.Max:0} ms"),
            string.Create(CultureInfo.InvariantCulture, $"{Streams} streams, fastest {spread.Min:0} ms; from before the kill is sent; each ended with its reason"),
            spread.Max <= Goal);
    }

    private static async Task<(TimeSpan Client, TimeSpan Upstream)> StopAsync(Provider provider, HttpClient http, Guid agent, Uri passing, Uri killing)
    {
        using var patience = new CancellationTokenSource(Patience);
        var session = (await PostAsync(http, "sessions/start", new { agent_id = agent })).GetProperty("id").GetInt64();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(passing, "gateway/openai/v1/chat/completions"))
        {
            Content = new StringContent(
                $$"""{"model":"{{ProviderHost.Model}}","stream":true,"max_tokens":1000,"messages":[]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Entourage-Agent", $"{agent}");
        request.Headers.Add("X-Entourage-Session", session.ToString(CultureInfo.InvariantCulture));
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));
        if (await reader.ReadLineAsync(patience.Token) != Provider.Line)
        {
            throw new InvalidDataException($"The stream of session {session} did not begin.");
        }

        var started = Stopwatch.GetTimestamp();
        var rest = EndAsync(reader, patience.Token);
        await PostAsync(http, new Uri(killing, $"api/v1/sessions/{session}/kill").AbsoluteUri, new { reason = "Measured" });
        var (text, client) = await rest;
        return text.Contains("Measured", StringComparison.Ordinal)
            ? (Stopwatch.GetElapsedTime(started, client), Stopwatch.GetElapsedTime(started, await provider.Cancelled.ReadAsync(patience.Token)))
            : throw new InvalidDataException($"The stream of session {session} ended with {text}");
    }

    private static async Task<(string Text, long At)> EndAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = await reader.ReadToEndAsync(cancellationToken);
        return (text, Stopwatch.GetTimestamp());
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Begins streams that never end, and notes when they are cancelled.</summary>
    private sealed class Provider : IAsyncDisposable
    {
        /// <summary>The line that a stream begins with.</summary>
        public const string Line = """data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"}}]}""";

        private readonly WebApplication app;
        private readonly Channel<long> cancelled = Channel.CreateUnbounded<long>();

        private Provider(WebApplication app) => this.app = app;

        public string Url => app.Urls.First();

        /// <summary>The times of the cancellations.</summary>
        public ChannelReader<long> Cancelled => cancelled.Reader;

        public static async Task<Provider> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            var provider = new Provider(app);
            app.Run(provider.StreamAsync);
            await app.StartAsync();
            return provider;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task StreamAsync(HttpContext context)
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync($"{Line}\n\n");
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            }
            catch (OperationCanceledException)
            {
                cancelled.Writer.TryWrite(Stopwatch.GetTimestamp());
            }
        }
    }
}
