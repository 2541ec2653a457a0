using System.Net;
using Entourage.Cli.Running;
using Microsoft.Extensions.Time.Testing;

namespace Entourage.Client.Tests.Cli;

/// <summary>A stop is noticed whatever becomes of the connection, and only a stop of the session that is watched.</summary>
internal sealed class StopWatchTests : ClientFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Without_a_stream_the_clock_says_when_to_look()
    {
        var (team, agent) = await CreateTeamAsync();
        var session = await Client.StartSessionAsync(new(agent.Id));
        var clock = new FakeTimeProvider();
        using var way = new Interference((request, send) => request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal)
            ? Task.FromResult(Interference.Answer(HttpStatusCode.NotImplemented))
            : send());
        using var patience = new CancellationTokenSource(Patience);
        var stopped = new StopWatch(ClientThrough(way), agent.Id, session, clock).WaitAsync(patience.Token);
        await Client.ChangeSettingsAsync(team.Id, new() { DailyCostLimitUsd = 0m });
        while (!stopped.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(stopped, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token));
        }

        Assert.That(await stopped, Is.EqualTo(new[] { "budget_exceeded:team:day" }));
    }

    [Test]
    public async Task The_stop_of_another_session_is_none_of_this_one()
    {
        var (team, agent) = await CreateTeamAsync(model: Entourage.Testing.ApiClient.UnlistedModel);
        await Client.ChangeSettingsAsync(team.Id, new() { SessionCostLimitUsd = 1m });
        var (session, other, killed) = (await Client.StartSessionAsync(new(agent.Id)), await Client.StartSessionAsync(new(agent.Id)), await Client.StartSessionAsync(new(agent.Id)));
        await Client.KillSessionAsync(killed.Id, "enough");
        await Client.ReportUsageAsync(other.Id, new(1, 1) { CostUsd = 2m });
        using var patience = new CancellationTokenSource(Patience);
        using var way = new Interference((_, send) => send());
        var stopped = new StopWatch(ClientThrough(way), agent.Id, session, TimeProvider.System).WaitAsync(patience.Token);
        Assert.That((await Client.GetBudgetAsync(agent.Id)).Stop, Is.True);
        while (!way.Requests.Any(request => request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
        }

        Assert.That(stopped.IsCompleted, Is.False);

        // Its own cap, which the agent's budget does not show while there is a newer session.
        Host.Clock.Advance(TimeSpan.FromSeconds(1));
        await Client.ReportUsageAsync(session.Id, new(1, 1) { CostUsd = 1m });
        Assert.That(await stopped, Is.EqualTo(new[] { "budget_exceeded:session:total" }));
    }
}
