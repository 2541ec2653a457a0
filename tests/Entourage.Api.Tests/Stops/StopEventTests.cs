using System.Text.Json.Nodes;
using Entourage.Domain.Events;
using Entourage.Infrastructure.Persistence;
using Entourage.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Entourage.Api.Tests.Stops;

/// <summary>Events about kills and pauses.</summary>
internal sealed class StopEventTests(Store store) : ApiFixture(store)
{
    [Test]
    public async Task Kill_sends_an_event_for_each_killed_session()
    {
        var team = await Api.CreateTeamAsync();
        var other = await Api.CreateAgentAsync(team.Id, "sub");
        var top = await team.StartAsync();
        var below = await team.StartAsync(agent: other, parent: top);

        _ = (await Api.PostAsync($"/sessions/{top}/kill", new { reason = "enough" })).Ok;
        _ = (await Api.PostAsync($"/sessions/{top}/kill", new { reason = "once more" })).Ok;

        var stops = await StopsAsync(team);
        Assert.That(
            stops.Select(stop => (stop.Agent, stop.Session, stop.Payload.Text("action"), stop.Payload.Text("scope"), stop.Payload.Number("scope_id"), stop.Payload.Text("reason"))),
            Is.EqualTo(new[] { (team.Agent, (long?)top, "killed", "session", (long?)top, "enough"), (other, below, "killed", "session", below, "enough") }));
        Assert.That(
            (await EventsAsync(team, EventKind.Session)).TakeLast(2).Select(item => (item.Session, item.Payload.Text("status"), item.Payload.Text("error"))),
            Is.EqualTo(new[] { ((long?)top, "killed", "enough"), (below, "killed", "enough") }));
    }

    [Test]
    public async Task Pause_and_its_end_send_one_event_to_each_affected_stream()
    {
        var team = await Api.CreateTeamAsync();
        var other = await Api.CreateAgentAsync(team.Id, "sub");
        var top = await team.StartAsync();
        var below = await team.StartAsync(agent: other, parent: top);

        _ = (await Api.PostAsync($"/agents/{team.Agent}/pause", new { reason = "look" })).Ok;
        _ = (await Api.PostAsync($"/agents/{team.Agent}/pause", new { reason = "look" })).Ok;
        _ = (await Api.PostAsync($"/agents/{team.Agent}/resume", new { reason = "fine" })).Ok;
        _ = (await Api.PostAsync($"/agents/{team.Agent}/resume", null)).Ok;
        _ = (await Api.PostAsync($"/orgs/{team.Organisation}/pause", new { reason = "all", expires_at = Host.Clock.GetUtcNow().AddHours(1) })).Ok;

        var stops = await StopsAsync(team);
        Assert.That(
            stops.Select(stop => (stop.Agent, stop.Session, stop.Payload.Text("action"), stop.Payload.Text("scope"), stop.Payload.Text("reason"))),
            Is.EqualTo(new[]
            {
                (team.Agent, (long?)null, "paused", "agent", "look"),
                (other, below, "paused", "agent", "look"),
                (team.Agent, null, "resumed", "agent", "fine"),
                (other, below, "resumed", "agent", "fine"),
                (null, null, "paused", "organisation", "all"),
            }));
        Assert.That(stops[^1].Payload["expires_at"]!.GetValue<DateTimeOffset>(), Is.EqualTo(Host.Clock.GetUtcNow().AddHours(1)));
    }

    private Task<IReadOnlyList<SentEvent>> StopsAsync(TestTeam team) => EventsAsync(team, EventKind.Stop);

    private async Task<IReadOnlyList<SentEvent>> EventsAsync(TestTeam team, EventKind kind)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        var teamId = Guid.Parse(team.Id);
        var events = await scope.ServiceProvider.GetRequiredService<EntourageDb>().Events
            .Where(item => item.TeamId == teamId && item.Kind == kind)
            .OrderBy(item => item.Sequence)
            .ToListAsync();
        return [.. events.Select(item => new SentEvent(item.AgentId?.ToString(), item.SessionId, JsonNode.Parse(item.Payload)!))];
    }

    private sealed record SentEvent(string? Agent, long? Session, JsonNode Payload);
}
