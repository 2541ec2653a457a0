using System.Text.Json.Nodes;
using Entourage.Application.Ledger;
using Entourage.Domain.Sessions;
using Entourage.Testing;
using Microsoft.AspNetCore.Http;

namespace Entourage.Api.Tests.Gateway;

/// <summary>What a session and its usage show of calls through the gateway.</summary>
internal sealed class CallCountTests(Store store) : GatewayFixture(store)
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["Jobs:UnsettledCallsEverySeconds"] = "0" };

    [Test]
    public async Task Session_shows_how_many_calls_were_made_refused_and_lowered()
    {
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, Message(100, 10));
        var session = await Team.StartAsync();
        var before = await GatewayAsync(session);

        await CallAsync(session, maxTokens: 1_000);
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 0.1m });
        await CallAsync(session, maxTokens: 100_000);
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 0.003m });
        Host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await CallAsync(session, maxTokens: 100_000)).IsSuccessStatusCode, Is.False);

        Assert.That(before, Is.Null);
        var gateway = (await GatewayAsync(session))!;
        Assert.That(gateway.AsObject().Select(member => member.Key), Is.EqualTo(new[]
        {
            "calls", "running_calls", "refused_calls", "lowered_calls", "fallback_calls", "last_refused_at",
        }));
        Assert.That(Counts(gateway), Is.EqualTo((2, 0, 1, 1, 0)));
        Assert.That(gateway["last_refused_at"]!.GetValue<DateTimeOffset>(), Is.EqualTo(Host.Clock.GetUtcNow()));
        var usage = await UsageAsync(session);
        Assert.That(usage.Select(record => record.Flag("output_limit_lowered")), Is.EqualTo(new[] { true, false }));
        Assert.That(usage.Select(record => record.Flag("estimated")), Has.All.False);
        Assert.That((await Host.VerifyAsync()).Differences, Is.Empty);
    }

    [Test]
    public async Task Session_shows_the_calls_that_are_running()
    {
        var finish = new TaskCompletionSource();
        Provider.Answer = async (context, _) =>
        {
            var events = MessageEvents(1_000, 200).ToArray();
            await FakeProvider.StreamAsync(context, events[..2]);
            await finish.Task;
            await context.Response.WriteAsync(string.Concat(events[2..]));
        };
        var session = await Team.StartAsync();
        using var request = RequestOf("anthropic/v1/messages", Messages(stream: true), ("X-Entourage-Session", $"{session}"));
        using var got = await Host.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        var running = Counts((await GatewayAsync(session))!);
        finish.SetResult();
        await got.Content.ReadAsByteArrayAsync();

        Assert.That(running, Is.EqualTo((1, 1, 0, 0, 0)));
        await Patience.UntilAsync(async () => Counts((await GatewayAsync(session))!) == (1, 0, 0, 0, 0));
    }

    [Test]
    public async Task Call_whose_server_died_is_not_running_but_keeps_its_money()
    {
        var session = await Team.StartAsync();
        var reserved = await Host.SendAsync(Reserve(session, ttlSeconds: 60));
        var running = Counts((await GatewayAsync(session))!);

        Host.Clock.Advance(TimeSpan.FromSeconds(61));

        var after = (await Host.Api.GetAsync($"/sessions/{session}")).Ok;
        Assert.That((running, Counts(after["gateway"]!)), Is.EqualTo(((1, 1, 0, 0, 0), (1, 0, 0, 0, 0))));
        Assert.That(after.Usd("reserved_usd"), Is.EqualTo(reserved.AmountUsd.NanoUsd / 1_000_000_000m).And.GreaterThan(0m));
    }

    [Test]
    public async Task Usage_shows_the_requested_model_of_a_call_that_was_sent_to_another_one()
    {
        var session = await Team.StartAsync();
        var reserved = await Host.SendAsync(Reserve(session));
        await Host.SendAsync(new SettleCallCommand(
            session, reserved.ReservationId, new(new(100, 10)), Model, new("an-expensive-model", "msg_1", IsEstimate: false), Billing.Api, Error: null));
        _ = await Team.UseAsync(session, 1m);

        Assert.That(Counts((await GatewayAsync(session))!), Is.EqualTo((1, 0, 0, 0, 1)));
        Assert.That(
            (await UsageAsync(session)).Select(record => (record.Text("model"), record.Text("requested_model"))),
            Is.EqualTo(new[] { (Model, (string?)null), (Model, "an-expensive-model") }));
    }

    [Test]
    public async Task Answer_in_the_name_of_a_snapshot_is_priced_as_its_alias_and_is_no_fallback()
    {
        Provider.Answer = (context, _) => FakeProvider.AnswerJsonAsync(context, Message(100, 10).Replace(Model, "a-snapshot-without-a-price", StringComparison.Ordinal));
        var session = await Team.StartAsync();

        await CallAsync(session, maxTokens: 1_000);

        var usage = (await UsageAsync(session)).Single();
        Assert.That((usage.Text("cost_source"), usage.Text("requested_model")), Is.EqualTo(("catalogue", (string?)null)));
        Assert.That(Counts((await GatewayAsync(session))!), Is.EqualTo((1, 0, 0, 0, 0)));
    }

    private static ReserveCallCommand Reserve(long session, int ttlSeconds = 600) =>
        new(session, Model, InputTokens: 1_000, MaxOutputTokens: 1_000, LeastOutputTokens: 1, Choices: 1, Billing.Api, ttlSeconds);

    private static (long Calls, long Running, long Refused, long Lowered, long Fallbacks) Counts(JsonNode gateway) => (
        gateway["calls"]!.GetValue<long>(),
        gateway["running_calls"]!.GetValue<long>(),
        gateway["refused_calls"]!.GetValue<long>(),
        gateway["lowered_calls"]!.GetValue<long>(),
        gateway["fallback_calls"]!.GetValue<long>());

    private Task<HttpResponseMessage> CallAsync(long session, int maxTokens) =>
        CallAsync("anthropic/v1/messages", Messages(maxTokens), ("X-Entourage-Session", $"{session}"));

    private async Task<JsonNode?> GatewayAsync(long session) => (await Host.Api.GetAsync($"/sessions/{session}")).Ok["gateway"];

    private async Task<IReadOnlyList<JsonNode>> UsageAsync(long session) => [.. (await Host.Api.GetAsync($"/sessions/{session}/usage")).Ok.AsArray().OfType<JsonNode>()];
}
