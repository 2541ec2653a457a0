using Entourage.Testing;

namespace Entourage.Api.Tests.Otlp;

/// <summary>Exports from the real .NET SDK in protobuf to the real server.</summary>
internal sealed class OtlpExporterTests
{
    [Test]
    public async Task Usage_exported_in_three_signals_is_recorded_once()
    {
        await using var host = await ApiHost.StartAsync(Store.Sqlite, now: TimeProvider.System.GetUtcNow());
        var team = await host.Api.CreateTeamAsync(model: ApiClient.UnlistedModel);
        var server = host.Api.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

        OtlpRecording.Send(server, team.Agent, "s-1");
        OtlpRecording.Send(server, team.Agent, "s-2");

        var sessions = (await host.Api.GetAsync($"/agents/{team.Agent}/sessions")).Ok.AsArray();
        Assert.That(sessions, Has.Count.EqualTo(2));
        Assert.Multiple(() =>
        {
            Assert.That(sessions.Sum(session => session!.Usd("cost_usd")), Is.EqualTo(2 * (0.05m + 0.00075m)), "100 input and 10 output tokens have an assumed price");
            Assert.That(sessions.Sum(session => session!.Number("input_tokens")), Is.EqualTo(2 * 1000 + 2 * 100));
            Assert.That(sessions.Sum(session => session!.Number("cache_read_tokens")), Is.EqualTo(60000));
        });
        Assert.That((await host.VerifyAsync()).Differences, Is.Empty);
    }
}
