using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Entourage.Testing;
using Microsoft.Data.Sqlite;

namespace Entourage.Api.Tests.Observability;

/// <summary>
/// Metrics, logs and traces of one process after known work, with a collector beside it. They use no SQL of their own, so SQLite stands
/// for both stores.
/// </summary>
internal sealed class ObservabilityTests
{
    private TestDatabase database = null!;
    private Collector collector = null!;
    private Scrape before = null!;
    private Scrape after = null!;
    private string traceId = null!;
    private JsonNode[] lines = null!;

    [OneTimeSetUp]
    public async Task WorkAsync()
    {
        database = await TestDatabase.CreateAsync(Store.Sqlite);
        collector = await Collector.StartAsync();
        await using var process = await ApiProcess.StartAsync(database, settings: new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_SERVICE_NAME"] = "costs-of-acme",
            ["Logging:Console:FormatterName"] = "json",

            // Short, because a request waits for it below, but long enough for every job on a busy machine.
            ["Database:CommandTimeoutSeconds"] = "5",
        });
        var team = await process.Api.CreateTeamAsync();
        await team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        var session = await team.StartAsync();
        before = await Scrape.OfAsync(process.Api.Http);

        await team.UseAsync(session, 0.000000001m, idempotencyKey: "once");
        await team.UseAsync(session, 0.000000001m, idempotencyKey: "once");
        await team.UseAsync(session, 1.25m);
        await process.Api.PostAsync(
            $"/sessions/{session}/usage", new { input_tokens = 7, output_tokens = 5, cache_read_tokens = 3, cache_write_tokens = 2, cost_usd = 0.5m, billing = "subscription" });
        await process.Api.PostAsync($"/sessions/{session}/usage", new { input_tokens = 1, output_tokens = 1, model = ApiClient.UnlistedModel });
        await process.Api.PostAsync("/sessions/999999/usage", new { input_tokens = 1, output_tokens = 1 });
        await team.CreateReservationAsync(session, 1m);
        Assert.That((await team.ReserveAsync(session, 9m)).Status, Is.EqualTo(HttpStatusCode.PaymentRequired));
        using var watcher = await process.Api.Http.GetAsync(new Uri($"/api/v1/teams/{team.Id}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        after = await ScrapeAsync(process.Api.Http, scrape => scrape.Find("entourage_refusals_total") > 0 && scrape.Find("entourage_event_watchers") > 0);

        await using (var holder = new SqliteConnection(database.ConnectionString))
        {
            await holder.OpenAsync();
            await using var transaction = holder.BeginTransaction(deferred: false);
            traceId = (await team.Api.PatchAsync($"/settings/teams/{team.Id}", new { daily_cost_limit_usd = 1m })).Json.Text("trace_id")!;
        }

        watcher.Dispose();

        // The process exports its remaining telemetry when it stops.
        lines = [.. (await process.EndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        await (collector?.DisposeAsync() ?? default);
        await (database?.DisposeAsync() ?? default);
    }

    [TestCase("entourage_ledger_entries_total", "kind=\"usage\",outcome=\"written\"", 4)]
    [TestCase("entourage_ledger_entries_total", "kind=\"usage\",outcome=\"replayed\"", 1)]
    [TestCase("entourage_ledger_entries_total", "kind=\"usage\",outcome=\"refused\"", 1)]
    [TestCase("entourage_ledger_entries_total", "kind=\"usage\"", 6)]
    [TestCase("entourage_ledger_entries_total", "kind=\"reserve\",outcome=\"written\"", 1)]
    [TestCase("entourage_ledger_entries_total", "kind=\"reserve\",outcome=\"budget_exceeded\"", 1)]
    [TestCase("entourage_ledger_entries_total", "", 8)]
    [TestCase("entourage_ledger_batch_size_count", "", 8)]
    [TestCase("entourage_ledger_batch_size_sum", "", 8)]
    [TestCase("entourage_ledger_transaction_duration_seconds_count", "", 8)]
    [TestCase("entourage_ledger_queue_length", "", 0)]
    [TestCase("entourage_spend_usd_total", "billing=\"api\",cost_source=\"reported\"", 1.250000001)]
    [TestCase("entourage_spend_usd_total", "billing=\"subscription\",cost_source=\"reported\"", 0.5)]
    [TestCase("entourage_spend_usd_total", "billing=\"api\",cost_source=\"unpriced\"", 0)]
    [TestCase("entourage_spend_usd_total", "billing=\"api\",cost_source=\"assumed\"", 0.00003)]
    [TestCase("entourage_tokens_total", "type=\"input\"", 208)]
    [TestCase("entourage_tokens_total", "type=\"output\"", 26)]
    [TestCase("entourage_tokens_total", "type=\"cache_read\"", 3)]
    [TestCase("entourage_tokens_total", "type=\"cache_write\"", 2)]
    [TestCase("entourage_refusals_total", "scope=\"team\"", 1)]
    [TestCase("entourage_event_watchers", "", 1)]
    [TestCase("entourage_job_failures_total", "", 0)]
    [TestCase("entourage_webhook_attempts_total", "", 0)]
    [TestCase("http_server_request_duration_seconds_count", "http_route=\"api/v1/sessions/{id:long}/usage\"", 6)]
    public void Metric_changes_by_the_recorded_work(string name, string labels, double by)
    {
        var wanted = labels.Split(',', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(after.Find(name, wanted), Is.Not.Null, "the series exists");
        Assert.That(after.Find(name, wanted) - (before.Find(name, wanted) ?? 0), Is.EqualTo(by).Within(1e-12));
    }

    [Test]
    public void Metrics_have_few_label_values_and_no_ids()
    {
        var own = after.Text.Split('\n').Where(line => line.StartsWith("entourage_", StringComparison.Ordinal)).ToArray();
        Assert.That(own, Has.Length.InRange(50, 300));
        Assert.That(own, Is.All.Not.Match("[0-9a-f]{8}-[0-9a-f]{4}-"));
        Assert.That(after.Text, Does.Contain("dotnet_gc_collections_total").And.Contain("kestrel_active_connections"));
        Assert.That(after.Text, Does.Not.Contain("/metrics\"").And.Not.Contain("/health"));
    }

    [TestCase("metrics", "entourage.ledger.transaction.duration")]
    [TestCase("metrics", "http.server.request.duration")]
    [TestCase("traces", "ledger transaction")]
    [TestCase("traces", "api/v1/sessions/{id:long}/usage")]
    [TestCase("logs", "has stopped")]
    public void Collector_receives(string signal, string name)
    {
        Assert.That(collector.Of(signal), Does.Contain(name));
        Assert.That(collector.Of(signal), Does.Contain("costs-of-acme"), "the standard variables apply");
    }

    [Test]
    public void JSON_log_has_one_object_a_line_and_starts_and_ends_with_the_identity_of_the_server()
    {
        Assert.That(((int)lines[0]["EventId"]!, (int)lines[^1]["EventId"]!), Is.EqualTo((1, 2)));
        foreach (var (line, words) in new[] { (lines[0], "serves"), (lines[^1], "has stopped") })
        {
            var state = line["State"]!;
            Assert.That(line.Text("Message"), Does.Contain(words));
            Assert.That(state.Text("Version"), Does.Match(@"^\d+\.\d+\.\d+"));
            Assert.That((state.Text("Store"), state.Text("Mode")), Is.EqualTo((database.FilePath, "Open")));
            Assert.That(JsonSerializer.Deserialize<DateTimeOffset>(line["Timestamp"]).Offset, Is.EqualTo(TimeSpan.Zero));
        }
    }

    [Test]
    public void Trace_id_of_an_error_response_finds_the_error_in_the_log()
    {
        var line = lines.Single(line => (int)line["EventId"]! == 1004);
        Assert.That(line.Text("Message"), Does.Match("^PATCH /api/v1/settings/teams/[^ ]+ failed with 503$"));
        Assert.That(line.Text("Exception"), Does.Contain("SqliteException"));
        Assert.That(line["Scopes"]!.AsArray().Select(scope => scope!["TraceId"]?.GetValue<string>()), Has.Some.EqualTo(traceId));
    }

    private static async Task<Scrape> ScrapeAsync(HttpClient server, Predicate<Scrape> isReady)
    {
        // Metrics requested a moment ago are served from the cache.
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var scrape = await Scrape.OfAsync(server);
            if (isReady(scrape))
            {
                return scrape;
            }

            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
