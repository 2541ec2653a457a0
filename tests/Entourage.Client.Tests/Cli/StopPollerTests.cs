using System.Net;
using Entourage.Cli.Running;
using Entourage.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Entourage.Client.Tests.Cli;

/// <summary>A stop of the watched session is noticed even without an event stream, and stops of other sessions are ignored.</summary>
internal sealed class StopPollerTests : ClientFixture
{
    // Invalid JSON, and JSON of an unknown shape.
    private const string Unreadable = "id: 1\ndata: [\n\nid: 2\ndata: {\"type\": \"budget\", \"data\": {\"over\": \"very\"}}\n\n"
        + "id: 3\ndata: {\"type\": \"budget\", \"data\": {\"over\": true, \"enforcement\": \"hard\", \"scope\": \"session\", \"scope_id\": \"x\"}}\n\n"
        + "id: 4\ndata: {\"type\": \"budget\"}\n\n";

    [Test]
    public async Task Without_a_readable_stream_the_budget_is_polled([Values] bool unreadable)
    {
        var (team, agent) = await CreateTeamAsync();
        var session = await Client.StartSessionAsync(new(agent.Id));
        var clock = new FakeTimeProvider();
        using var interference = new Interference((request, send) => request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal)
            ? Task.FromResult(unreadable ? new HttpResponseMessage { Content = new StringContent(Unreadable) } : Interference.Answer(HttpStatusCode.NotImplemented))
            : send());
        using var patience = new CancellationTokenSource(Patience.Limit);
        var stopped = new StopPoller(ClientThrough(interference), agent.Id, session, clock).WaitForStopAsync(patience.Token);
        await Client.ChangeSettingsAsync(team.Id, new() { DailyCostLimitUsd = 0m });
        while (!stopped.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(stopped, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token));
        }

        Assert.That(await stopped, Is.EqualTo(new[] { "budget_exceeded:team:day" }));
    }

    [Test]
    public async Task The_cap_of_a_session_tree_stops_its_third_level([Values] bool isNewest)
    {
        var (team, agent) = await CreateTeamAsync(model: Entourage.Testing.ApiClient.UnlistedModel);
        await Client.ChangeSettingsAsync(team.Id, new() { SessionCostLimitUsd = 1m });
        var session = await Client.StartSessionAsync(new(agent.Id));
        for (var level = 2; level <= 3; level++)
        {
            session = await Client.StartSessionAsync(new(agent.Id, ParentSessionId: session.Id));
        }

        Host.Clock.Advance(TimeSpan.FromSeconds(1));
        if (!isNewest)
        {
            await Client.StartSessionAsync(new(agent.Id));
        }

        using var patience = new CancellationTokenSource(Patience.Limit);
        var opened = new TaskCompletionSource();
        using var interference = SignallingOpen(opened);
        var stopped = new StopPoller(ClientThrough(interference), agent.Id, session, TimeProvider.System).WaitForStopAsync(patience.Token);
        await opened.Task.WaitAsync(patience.Token);
        Assert.That(stopped.IsCompleted, Is.False);
        await Client.ReportUsageAsync(session.Id, new(1, 1) { CostUsd = 1m });
        Assert.That(await stopped, Is.EqualTo(new[] { "budget_exceeded:session:total" }));
    }

    [Test]
    public async Task A_call_through_the_gateway_that_holds_the_rest_of_a_cap_does_not_stop_its_agent()
    {
        var (team, agent) = await CreateTeamAsync(model: Entourage.Testing.ApiClient.UnlistedModel);
        await Client.ChangeSettingsAsync(team.Id, new() { SessionCostLimitUsd = 1m });
        var session = await Client.StartSessionAsync(new(agent.Id));
        await Client.ReserveAsync(session.Id, new() { EstimatedCostUsd = 1m });
        using var patience = new CancellationTokenSource(Patience.Limit);
        var opened = new TaskCompletionSource();
        using var interference = SignallingOpen(opened);

        var stopped = new StopPoller(ClientThrough(interference), agent.Id, session, TimeProvider.System, usesGateway: true).WaitForStopAsync(patience.Token);
        await opened.Task.WaitAsync(patience.Token);
        Assert.That((await Client.GetBudgetAsync(agent.Id)).StopReasons, Is.EqualTo(new[] { "budget_exceeded:session:total" }));
        Assert.That(stopped.IsCompleted, Is.False);

        await Client.ReportUsageAsync(session.Id, new(1, 1) { CostUsd = 1m });
        Assert.That(await stopped, Is.EqualTo(new[] { "budget_exceeded:session:total" }));
    }

    [Test]
    public async Task The_stop_of_another_session_does_not_stop_this_one()
    {
        var (team, agent) = await CreateTeamAsync(model: Entourage.Testing.ApiClient.UnlistedModel);
        await Client.ChangeSettingsAsync(team.Id, new() { SessionCostLimitUsd = 1m });
        var (session, other, killed) = (await Client.StartSessionAsync(new(agent.Id)), await Client.StartSessionAsync(new(agent.Id)), await Client.StartSessionAsync(new(agent.Id)));
        await Client.KillSessionAsync(killed.Id, "enough");
        await Client.ReportUsageAsync(other.Id, new(1, 1) { CostUsd = 2m });
        using var patience = new CancellationTokenSource(Patience.Limit);
        var opened = new TaskCompletionSource();
        using var interference = SignallingOpen(opened);
        var stopped = new StopPoller(ClientThrough(interference), agent.Id, session, TimeProvider.System).WaitForStopAsync(patience.Token);
        Assert.That((await Client.GetBudgetAsync(agent.Id)).Stop, Is.True);
        await opened.Task.WaitAsync(patience.Token);
        Assert.That(stopped.IsCompleted, Is.False);

        // Its own cap, which the agent's budget does not show while there is a newer session.
        Host.Clock.Advance(TimeSpan.FromSeconds(1));
        await Client.ReportUsageAsync(session.Id, new(1, 1) { CostUsd = 1m });
        Assert.That(await stopped, Is.EqualTo(new[] { "budget_exceeded:session:total" }));
    }

    private static Interference SignallingOpen(TaskCompletionSource opened) => new(async (request, send) =>
    {
        var response = await send();
        if (request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal))
        {
            opened.TrySetResult();
        }

        return response;
    });
}
