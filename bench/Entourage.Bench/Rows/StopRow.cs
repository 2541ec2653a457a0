using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Entourage.Bench.Reporting;
using Entourage.Bench.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Entourage.Bench.Rows;

/// <summary>
/// Measures how long it takes from the answer to the call that turned a session into a runaway until event watchers and webhook
/// receivers get the stop.
/// </summary>
internal sealed class StopRow : IRow
{
    private const int Loops = 100;
    private const int CallsToCross = 10;

    private static readonly string[] Events = ["stop"];
    private static readonly TimeSpan BetweenCalls = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public string Name => "stop";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Figure>> MeasureAsync(Trial trial)
    {
        using var database = new TemporaryDatabase();
        await using var server = await ServerProcess.StartAsync(database, ("Webhooks__AllowPrivateAddresses", "true"));
        await using var receiver = await Receiver.StartAsync();
        using var http = new HttpClient { BaseAddress = new(server.Address, "api/v1/") };
        var organisation = (await PostAsync(http, "orgs", new { name = "Loops", slug = "loops" })).GetProperty("id").GetGuid();
        var (streamed, delivered) = (new List<double>(), new List<double>());
        for (var loop = 0; loop < Loops; loop++)
        {
            var (stream, webhook) = await LoopAsync(http, organisation, loop, receiver);
            streamed.Add(stream.TotalMilliseconds);
            delivered.Add(webhook.TotalMilliseconds);
        }

        return
        [
            Of("pausing a runaway at 50 calls/s: from the answer to the crossing call until a watcher receives the `stop` event", streamed),
            Of("the same until the receiver of a signed webhook has it, signature verified", delivered),
        ];
    }

    private static Figure Of(string work, List<double> milliseconds)
    {
        var spread = Spread.Of(milliseconds);
        return new(
            work,
            "within a second",
            string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0.0} ms, worst {spread.Max:0.0} ms"),
            string.Create(CultureInfo.InvariantCulture, $"{Loops} loops of {CallsToCross} calls, each in a separate team; fastest {spread.Min:0.0} ms (negative: before the answer)"),
            spread.Max <= 1_000);
    }

    private static async Task<(TimeSpan Stream, TimeSpan Webhook)> LoopAsync(HttpClient http, Guid organisation, int loop, Receiver receiver)
    {
        var team = (await PostAsync(http, $"orgs/{organisation}/teams", new { name = $"loop-{loop}", slug = $"loop-{loop}" })).GetProperty("id").GetGuid();
        var rules = new { runaway = new { max_tokens = CallsToCross * 1_000, action = "pause" } };
        using var settings = await http.PatchAsJsonAsync($"settings/teams/{team}", rules);
        settings.EnsureSuccessStatusCode();
        var agent = (await PostAsync(http, $"teams/{team}/agents", new { name = "looper" })).GetProperty("id").GetGuid();
        var hook = await PostAsync(http, $"teams/{team}/webhooks", new { url = receiver.Url, events = Events, format = "json" });
        receiver.Secret = hook.GetProperty("secret").GetString()!;
        var session = (await PostAsync(http, "sessions/start", new { agent_id = agent })).GetProperty("id").GetInt64();
        using var patience = new CancellationTokenSource(Patience);
        using var stream = await http.GetAsync(
            new Uri($"teams/{team}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, patience.Token);
        var stopped = StoppedAtAsync(await stream.Content.ReadAsStreamAsync(patience.Token), patience.Token);

        using var clock = new PeriodicTimer(BetweenCalls);
        for (var call = 1; call <= CallsToCross; call++)
        {
            await clock.WaitForNextTickAsync(patience.Token);
            var answer = await PostAsync(http, $"sessions/{session}/usage", new { input_tokens = 900, output_tokens = 100, cost_usd = 0.001 });
            if (answer.GetProperty("stop").GetBoolean() != (call == CallsToCross))
            {
                throw new InvalidDataException($"Call {call} of {CallsToCross} got the answer {answer}.");
            }
        }

        var answered = Stopwatch.GetTimestamp();
        return (Stopwatch.GetElapsedTime(answered, await stopped), Stopwatch.GetElapsedTime(answered, await receiver.Received.ReadAsync(patience.Token)));
    }

    private static async Task<long> StoppedAtAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line == "event: stop")
            {
                return Stopwatch.GetTimestamp();
            }
        }

        throw new InvalidDataException("The event stream ended without a stop event.");
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Receives webhooks and verifies their signatures (Standard Webhooks).</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly Channel<long> received = Channel.CreateUnbounded<long>();

        private Receiver(WebApplication app) => this.app = app;

        public string Url => app.Urls.First();

        public string Secret { get; set; } = "";

        /// <summary>The arrival times.</summary>
        public ChannelReader<long> Received => received.Reader;

        public static async Task<Receiver> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            var receiver = new Receiver(app);
            app.MapPost("/", receiver.TakeAsync);
            await app.StartAsync();
            return receiver;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task<IResult> TakeAsync(HttpRequest request)
        {
            var arrived = Stopwatch.GetTimestamp();
            using var reader = new StreamReader(request.Body);
            var signed = $"{request.Headers["Webhook-Id"]}.{request.Headers["Webhook-Timestamp"]}.{await reader.ReadToEndAsync()}";
            var key = Convert.FromBase64String(Secret["whsec_".Length..]);
            var signature = $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)))}";
            if (request.Headers["Webhook-Signature"] != signature)
            {
                return Results.StatusCode(StatusCodes.Status401Unauthorized);
            }

            await received.Writer.WriteAsync(arrived);
            return Results.NoContent();
        }
    }
}
