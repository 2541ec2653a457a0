using Entourage.Testing;

namespace Entourage.Api.Tests.Gateway;

/// <summary>Refused calls are counted by the reason. Not parallel, because all servers of a process share their metrics.</summary>
[NonParallelizable]
internal sealed class CallRefusalMetricsTests(Store store) : GatewayFixture(store)
{
    [Test]
    public async Task Refused_calls_are_counted_by_reason_and_by_budget()
    {
        var session = await Team.StartAsync();
        var before = await Scrape.OfAsync(Host.Api.Http);

        await CallAsync("anthropic/v1/messages/batches", Messages());
        await CallAsync("anthropic/v1/messages", "{}");
        await CallAsync("anthropic/v1/messages", Messages(), ("X-Entourage-Agent", "nobody"));
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 0m });
        await CallAsync("anthropic/v1/messages", Messages(), ("X-Entourage-Session", $"{session}"));
        await Team.ConfigureAsync(new { daily_cost_limit_usd = 10m });
        _ = (await Host.Api.PostAsync($"/sessions/{session}/kill", new { reason = "It loops" })).Ok;
        await CallAsync("anthropic/v1/messages", Messages(), ("X-Entourage-Session", $"{session}"));
        await Provider.DisposeAsync();
        await CallAsync("anthropic/v1/messages", Messages());

        foreach (var reason in new[] { "not_found", "invalid", "unauthenticated", "budget", "stopped", "unavailable" })
        {
            await ExpectRiseAsync("entourage_gateway_refusals_total", $"reason=\"{reason}\"");
        }

        await ExpectRiseAsync("entourage_refusals_total", "scope=\"team\"", "period=\"day\"");

        Task ExpectRiseAsync(string name, params string[] labels) => Patience.UntilAsync(async () =>
            (await Scrape.OfAsync(Host.Api.Http)).Find(name, labels) > (before.Find(name, labels) ?? 0));
    }
}
