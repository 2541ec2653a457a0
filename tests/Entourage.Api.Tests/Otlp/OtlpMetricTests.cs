using System.Text.Json.Nodes;
using Entourage.Domain.Otlp;
using Entourage.Testing;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Counters count only what no event reports, in either order of arrival.</summary>
internal sealed class OtlpMetricTests(Store store) : ApiFixture(store)
{
    private TestTeam team = null!;

    private DateTimeOffset Now => Host.Clock.GetUtcNow();

    [SetUp]
    public async Task CreateAsync()
    {
        Host.Clock.Advance(TimeSpan.FromMinutes(10));
        team = await Api.CreateTeamAsync();
    }

    [Test]
    public async Task Each_delta_is_counted_once_with_its_cost()
    {
        var first = Metrics(OtlpPayload.Counters(Now.AddMinutes(-2), Now.AddMinutes(-1), "s-1", calls: 2));
        var second = Metrics(OtlpPayload.Counters(Now.AddMinutes(-1), Now, "s-1", calls: 3));

        foreach (var json in new[] { first, second, first, second, second })
        {
            Assert.That((await Api.TakeAsync(OtlpPayload.Metrics, json)).Text, Is.EqualTo("{}"));
        }

        await EnsureCallsAsync(5);
    }

    [Test]
    public async Task Running_totals_count_by_their_growth_even_when_late_or_repeated()
    {
        var start = Now.AddMinutes(-5);
        foreach (var (minutes, calls) in new[] { (1, 2), (2, 5), (2, 5), (1, 2), (3, 5), (4, 9), (4, 9) })
        {
            await Api.TakeAsync(OtlpPayload.Metrics, Metrics(OtlpPayload.Counters(start, start.AddMinutes(minutes), "s-1", calls, cumulative: true)));
        }

        await EnsureCallsAsync(9);
        Assert.That(await Host.CountAsync("SourceProcesses WHERE Pending <> ''"), Is.Zero);
    }

    [Test]
    public async Task Two_processes_that_share_a_session_add_up()
    {
        var (a, b) = (Now.AddMinutes(-5), Now.AddMinutes(-5).AddMilliseconds(3));
        foreach (var (start, minutes, calls) in new[] { (a, 1, 10), (b, 1, 2), (a, 2, 11), (b, 2, 4), (a, 3, 12) })
        {
            await Api.TakeAsync(OtlpPayload.Metrics, Metrics(OtlpPayload.Counters(start, start.AddMinutes(minutes), "s-1", calls, cumulative: true)));
        }

        await EnsureCallsAsync(16);
    }

    [Test]
    public async Task Call_in_counters_and_events_is_counted_once_in_any_order([Values(0, 1, 2, 3, 4, 5)] int order, [Values] bool cumulative)
    {
        var start = Now.AddMinutes(-3);
        string[] sent =
        [
            Logs(OtlpPayload.ApiRequest(start.AddSeconds(30), "s-1", $"{order}-{cumulative}-1", 0.05m)),
            Metrics(OtlpPayload.Counters(start, start.AddMinutes(1), "s-1", calls: 1, cumulative)),
            Logs(OtlpPayload.ApiRequest(start.AddSeconds(90), "s-1", $"{order}-{cumulative}-2", 0.05m)),
            Metrics(OtlpPayload.Counters(cumulative ? start : start.AddMinutes(1), start.AddMinutes(2), "s-1", calls: cumulative ? 2 : 1, cumulative)),
        ];
        int[][] orders = [[0, 1, 2, 3], [1, 0, 3, 2], [1, 3, 0, 2], [0, 2, 1, 3], [1, 0, 2, 3], [1, 0, 1, 3, 2, 0, 3]];

        foreach (var i in orders[order])
        {
            Assert.That((await Api.TakeAsync(i % 2 == 0 ? OtlpPayload.Logs : OtlpPayload.Metrics, sent[i])).Text, Is.EqualTo("{}"));
        }

        await EnsureCallsAsync(2);
    }

    [Test]
    public async Task Tokens_without_a_cost_are_priced_by_their_model()
    {
        await Api.TakeAsync(OtlpPayload.Metrics, Metrics(OtlpPayload.Counters(Now.AddMinutes(-1), Now, "s-1", calls: 1, costUsd: null)));

        var session = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Single()!;
        Assert.That(session.Usd("cost_usd"), Is.EqualTo(0.003m + 0.003m + 0.009m + 0.0015m));
        Assert.That((await Api.GetAsync($"/sessions/{session.Number("id")}/usage")).Ok.AsArray().Single()!.Text("cost_source"), Is.EqualTo("catalogue"));
    }

    [Test]
    public async Task Crash_between_accepting_and_recording_loses_and_doubles_nothing()
    {
        var start = Now.AddMinutes(-5);
        var first = Metrics(OtlpPayload.Counters(start, start.AddMinutes(1), "s-1", calls: 3, cumulative: true));
        await Api.TakeAsync(OtlpPayload.Metrics, first);
        await Host.ExecuteAsync($"DELETE FROM IdempotentAnswers");
        var spent = (await team.BudgetAsync()).Usd("daily_spent_usd");

        // Simulates a crash: the value is pending under a key that nothing was recorded under.
        var pending = $$"""[{"From":"{{start:O}}","Until":"{{start:O}}","Key":"lost","Model":"m","Input":1,"Output":1,"CacheRead":0,"CacheWrite":0,"CostUsd":0.5}]""";
        await Host.ExecuteAsync($"UPDATE SourceProcesses SET Pending = {pending}");
        await Api.TakeAsync(OtlpPayload.Metrics, first);
        await Api.TakeAsync(OtlpPayload.Metrics, first);

        Assert.That((await team.BudgetAsync()).Usd("daily_spent_usd"), Is.EqualTo(spent + 0.5m));
        await Host.ExecuteAsync($"UPDATE SourceProcesses SET Pending = ''");
    }

    [Test]
    public async Task Impossible_growth_of_a_running_total_is_refused_and_blocks_nothing()
    {
        var start = Now.AddMinutes(-5);
        var first = Metrics([
            .. OtlpPayload.Counters(start, start.AddMinutes(1), "s-1", calls: 40_000, cumulative: true),
            .. OtlpPayload.Counters(start, start.AddMinutes(1), "s-1", calls: 1, cumulative: true, model: "another")]);

        await EnsureRefusedAsync(first, "The cache-read tokens must be");
        await EnsureCallsAsync(1);
        Assert.That((await Api.TakeAsync(OtlpPayload.Metrics, first)).Text, Is.EqualTo("{}"), "it was accepted");
        foreach (var (minutes, calls) in new[] { (2, 40_001), (3, 40_003), (3, 40_003) })
        {
            await Api.TakeAsync(OtlpPayload.Metrics, Metrics(OtlpPayload.Counters(start, start.AddMinutes(minutes), "s-1", calls, cumulative: true)));
        }

        await Api.TakeAsync(OtlpPayload.Logs, Logs(OtlpPayload.ApiRequest(start.AddMinutes(4), "s-1", "after", 0.05m)));

        await EnsureCallsAsync(5);
        Assert.That(await Host.CountAsync("SourceProcesses WHERE Pending <> ''"), Is.Zero);
    }

    [Test]
    public async Task Impossible_value_pending_from_an_earlier_version_is_refused()
    {
        var start = Now.AddMinutes(-5);
        await Api.TakeAsync(OtlpPayload.Metrics, Metrics(OtlpPayload.Counters(start, start.AddMinutes(1), "s-1", calls: 1, cumulative: true)));
        var pending = $$"""[{"From":"{{start:O}}","Until":"{{start:O}}","Key":"k","Model":"m","Input":0,"Output":0,"CacheRead":0,"CacheWrite":0,"CostUsd":1000001}]""";
        var process = SourceProcess.HashOf(Guid.Parse(team.Agent), "s-1", "");
        Assert.That(await Host.ExecuteAsync($"UPDATE SourceProcesses SET Pending = {pending} WHERE KeyHash = {process}"), Is.EqualTo(1));

        await EnsureRefusedAsync(Metrics(OtlpPayload.Counters(start, start.AddMinutes(2), "s-1", calls: 2, cumulative: true)), "The cost must be");

        await EnsureCallsAsync(2);
        Assert.That(await Host.CountAsync("SourceProcesses WHERE Pending <> ''"), Is.Zero);
    }

    [Test]
    public async Task Impossible_delta_is_refused_and_the_calls_of_its_period_are_counted()
    {
        var start = Now.AddMinutes(-5);
        await EnsureRefusedAsync(Metrics(OtlpPayload.Counters(start, start.AddMinutes(1), "s-1", calls: 40_000)), "The cache-read tokens must be");

        await Api.TakeAsync(OtlpPayload.Logs, Logs(OtlpPayload.ApiRequest(start.AddSeconds(30), "s-1", "within", 0.05m)));

        await EnsureCallsAsync(1);
    }

    [Test]
    public async Task Uncountable_points_are_refused_and_points_without_usage_are_ignored()
    {
        var counter = OtlpPayload.Counters(Now.AddMinutes(-1), Now, "s-1", calls: 1)[1];
        var gauge = new JsonObject { ["name"] = "claude_code.cost.usage", ["gauge"] = counter["sum"]!.DeepClone() };
        var histogram = new JsonObject
        {
            ["name"] = "gen_ai.client.token.usage",
            ["histogram"] = new JsonObject { ["dataPoints"] = new JsonArray(new JsonObject(), new JsonObject()), ["aggregationTemporality"] = 1 },
        };
        var startless = OtlpPayload.Counter("claude_code.token.usage", true, [new JsonObject { ["timeUnixNano"] = OtlpPayload.Nanoseconds(Now), ["asInt"] = "5" }]);
        var other = OtlpPayload.Counter("claude_code.session.count", false, [new JsonObject { ["asInt"] = "1" }]);

        var answer = (await Api.TakeAsync(OtlpPayload.Metrics, Metrics(gauge, histogram, startless, other))).Ok["partialSuccess"]!;

        Assert.That(answer.Text("rejectedDataPoints"), Is.EqualTo("4"));
        Assert.That(answer.Text("errorMessage"), Does.Contain("temporality").And.Contain("Send spans"));
        await EnsureCallsAsync(0);
    }

    private string Metrics(params JsonObject[] metrics) => OtlpPayload.MetricsOf([("service.name", "claude-code"), ("entourage.agent_id", team.Agent)], metrics);

    private string Logs(params JsonObject[] records) => OtlpPayload.LogsOf([("service.name", "claude-code"), ("entourage.agent_id", team.Agent)], records);

    private async Task EnsureRefusedAsync(string metrics, string reason)
    {
        var answer = (await Api.TakeAsync(OtlpPayload.Metrics, metrics)).Ok["partialSuccess"]!;
        Assert.That(answer.Text("rejectedDataPoints"), Is.EqualTo("1"));
        Assert.That(answer.Text("errorMessage"), Does.Contain(reason));
    }

    private async Task EnsureCallsAsync(int calls)
    {
        var sessions = (await Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray().Select(session => session!).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(sessions, Has.Length.EqualTo(Math.Sign(calls)));
            Assert.That(sessions.Sum(session => session.Usd("cost_usd")), Is.EqualTo(calls * 0.05m));
            Assert.That(sessions.Sum(session => session.Number("input_tokens")), Is.EqualTo(calls * 1000));
            Assert.That(sessions.Sum(session => session.Number("cache_read_tokens")), Is.EqualTo(calls * 30000));
        });
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }
}
