using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Otlp;

/// <summary>No usage is lost for a wrong name, a wrong clock or a missing part.</summary>
internal sealed class OtlpLossTests(Store store) : ApiFixture(store)
{
    private TestTeam team = null!;

    private DateTimeOffset Now => Host.Clock.GetUtcNow();

    [SetUp]
    public async Task CreateAsync()
    {
        Host.Clock.Advance(TimeSpan.FromMinutes(10));
        team = await Api.CreateTeamAsync();
    }

    [TestCase("entourage.session_id", "999999999", "names session 999999999")]
    [TestCase("entourage.session_id", "mine", "must be a number")]
    [TestCase("entourage.task_id", "999999", "names task 999999")]
    [TestCase("entourage.task_id", "-1", "names task -1")]
    [TestCase("entourage.task_id", "TASK-7", "must be a number")]
    [TestCase("entourage.billing", "free", "must be 'api' or 'subscription'")]
    public async Task Unknown_name_is_ignored_and_reported(string attribute, string value, string told)
    {
        await SendAsync(OtlpPayload.ApiRequest(Now, "s-1", $"{attribute}{value}1", 1m), (attribute, value));
        await SendAsync(OtlpPayload.ApiRequest(Now, "s-1", $"{attribute}{value}2", 1m), (attribute, value));

        Assert.That((await SessionsAsync()).Sum(session => session.Usd("cost_usd")), Is.EqualTo(2m));
        var alert = await AlertAsync("telemetry_attribute");
        Assert.That(alert.Text("message"), Does.Contain(attribute).And.Contain(told));
        Assert.That(alert.Text("agent_id"), Is.EqualTo(team.Agent));
    }

    [Test]
    public async Task Session_of_another_agent_is_ignored_and_reported()
    {
        var elsewhere = await (await Api.CreateTeamAsync()).StartAsync();

        await SendAsync(OtlpPayload.ApiRequest(Now, "s-1", "x", 1m), ("entourage.session_id", elsewhere));

        Assert.That((await SessionsAsync()).Sum(session => session.Usd("cost_usd")), Is.EqualTo(1m));
        Assert.That((await AlertAsync("telemetry_attribute")).Text("message"), Does.Contain("does not belong to the agent"));
    }

    [TestCase(6)]
    [TestCase(60 * 24 * 400)]
    [TestCase(-60 * 24 * 31)]
    public async Task Usage_with_a_time_out_of_bounds_counts_at_its_receipt(int minutesOff)
    {
        await SendAsync(OtlpPayload.ApiRequest(Now.AddMinutes(minutesOff), "s-1", "r", 1m));
        await SendAsync(OtlpPayload.ApiRequest(Now.AddMinutes(minutesOff), "s-1", "r", 1m));

        await EnsureCountedNowAsync();
    }

    [Test]
    public async Task Usage_with_milliseconds_for_nanoseconds_counts_at_its_receipt()
    {
        var record = OtlpPayload.ApiRequest(Now, "s-1", "r", 1m);
        record["timeUnixNano"] = $"{Now.ToUnixTimeMilliseconds()}";
        record["observedTimeUnixNano"] = $"{Now.ToUnixTimeMilliseconds()}";

        await SendAsync(record);

        await EnsureCountedNowAsync();
    }

    [Test]
    public async Task Time_of_a_slightly_wrong_clock_is_kept()
    {
        await SendAsync(OtlpPayload.ApiRequest(Now.AddMinutes(4), "s-1", "r", 1m));

        Assert.That((await UsageAsync()).Text("time_source"), Is.EqualTo("told"));
        Assert.That((await Api.GetAsync($"/teams/{team.Id}/alerts?kind=telemetry_clock")).Ok.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Counters_complete_lost_events([Values] bool cumulative, [Values] bool countersFirst)
    {
        // Nineteen calls. Eight of their events were lost while the server was down.
        var start = Now.AddMinutes(-3);
        var events = Enumerable.Range(1, 19).Where(call => call is < 6 or > 13)
            .Select(call => OtlpPayload.ApiRequest(start.AddSeconds(call * 5), "s-1", $"{cumulative}{countersFirst}{call}", 0.05m)).ToArray();
        var counters = Metrics(OtlpPayload.Counters(start, start.AddMinutes(2), "s-1", calls: 19, cumulative));

        foreach (var isCounters in new[] { countersFirst, !countersFirst, true })
        {
            if (isCounters)
            {
                await TakeAsync(OtlpPayload.Metrics, counters);
            }
            else
            {
                await SendAsync(events);
            }
        }

        await EnsureCallsAsync(19);
    }

    [Test]
    public async Task Running_total_that_resets_silently_is_continued()
    {
        var start = Now.AddMinutes(-5);
        foreach (var (minutes, calls) in new[] { (1, 10), (2, 15), (3, 2), (4, 7), (4, 7), (3, 2) })
        {
            await TakeAsync(OtlpPayload.Metrics, Metrics(OtlpPayload.Counters(start, start.AddMinutes(minutes), "s-1", calls, cumulative: true)));
        }

        await EnsureCallsAsync(22);
    }

    [TestCase(-40)]
    [TestCase(-20_000)]
    public async Task Running_total_with_a_wrong_clock_counts_its_growth(int daysOff)
    {
        var start = Now.AddDays(daysOff);
        foreach (var (minutes, calls) in new[] { (1, 10), (2, 15), (3, 20), (3, 20) })
        {
            await TakeAsync(OtlpPayload.Metrics, Metrics(OtlpPayload.Counters(start, start.AddMinutes(minutes), "s-1", calls, cumulative: true)));
        }

        await EnsureCallsAsync(20);
    }

    [Test]
    public async Task Running_total_is_counted_after_its_clock_is_set_back()
    {
        var start = Now.AddMinutes(-9);
        foreach (var (minutes, calls) in new[] { (6, 10), (7, 12), (2, 15), (3, 18), (3, 18) })
        {
            await TakeAsync(OtlpPayload.Metrics, Metrics(OtlpPayload.Counters(start, start.AddMinutes(minutes), "s-1", calls, cumulative: true)));
        }

        await EnsureCallsAsync(18);
    }

    [Test]
    public async Task Tokens_and_cost_in_two_requests_are_one_usage([Values] bool cumulative, [Values] bool moneyFirst)
    {
        var start = Now.AddMinutes(-3);
        var whole = OtlpPayload.Counters(start, start.AddMinutes(1), "s-1", calls: 2, cumulative, costUsd: 0.0165m);
        foreach (var part in moneyFirst ? whole.Reverse() : whole)
        {
            await TakeAsync(OtlpPayload.Metrics, Metrics(part));
            await TakeAsync(OtlpPayload.Metrics, Metrics(part));
        }

        var session = (await SessionsAsync()).Single();
        Assert.That((session.Usd("cost_usd"), session.Number("input_tokens")), Is.EqualTo((2 * 0.0165m, 2_000L)));
    }

    private async Task EnsureCountedNowAsync()
    {
        var usage = await UsageAsync();
        var alert = await AlertAsync("telemetry_clock");
        Assert.Multiple(() =>
        {
            Assert.That(DateTimeOffset.Parse(usage.Text("occurred_at")!, null), Is.EqualTo(Now).Within(TimeSpan.FromSeconds(1)));
            Assert.That(usage.Text("time_source"), Is.EqualTo("receipt"));
            Assert.That(usage.Usd("cost_usd"), Is.EqualTo(1m));
            Assert.That(alert.Text("message"), Does.Contain("clock"));
        });
    }

    private async Task<JsonNode> UsageAsync() =>
        (await Api.GetAsync($"/sessions/{(await SessionsAsync()).Single().Number("id")}/usage")).Ok.AsArray().Single()!;

    private async Task<JsonNode> AlertAsync(string kind) => (await Api.GetAsync($"/teams/{team.Id}/alerts?kind={kind}")).Ok.AsArray().Single()!;

    private async Task<IReadOnlyList<JsonNode>> SessionsAsync() =>
        [.. (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Select(session => session!)];

    private Task SendAsync(JsonObject record, params (string, object)[] attributes) =>
        TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf([("service.name", "claude-code"), ("entourage.agent_id", team.Agent), .. attributes], record));

    private Task SendAsync(JsonObject[] records) =>
        TakeAsync(OtlpPayload.Logs, OtlpPayload.LogsOf([("service.name", "claude-code"), ("entourage.agent_id", team.Agent)], records));

    private string Metrics(params JsonObject[] metrics) => OtlpPayload.MetricsOf([("service.name", "claude-code"), ("entourage.agent_id", team.Agent)], metrics);

    private async Task TakeAsync(string signal, string json) => Assert.That((await Api.TakeAsync(signal, json)).Text, Is.EqualTo("{}"));

    private async Task EnsureCallsAsync(int calls)
    {
        var session = (await SessionsAsync()).Single();
        Assert.Multiple(() =>
        {
            Assert.That(session.Usd("cost_usd"), Is.EqualTo(calls * 0.05m));
            Assert.That(session.Number("input_tokens"), Is.EqualTo(calls * 1000));
            Assert.That(session.Number("cache_read_tokens"), Is.EqualTo(calls * 30000));
        });
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }
}
