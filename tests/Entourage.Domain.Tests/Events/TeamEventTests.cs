using Entourage.Domain.Events;

namespace Entourage.Domain.Tests.Events;

internal sealed class TeamEventTests
{
    [Test]
    public void An_event_holds_its_parts()
    {
        var (team, agent) = (Some.Team().Id, Some.Agent().Id);
        var created = TeamEvent.Create(EventKind.Stop, team, agent, 42, """{"stop":true}""", Some.Now);
        Assert.That((created.Kind, created.TeamId, created.AgentId, created.SessionId), Is.EqualTo((EventKind.Stop, team, agent, 42L)));
        Assert.That((created.Payload, created.OccurredAt), Is.EqualTo(("""{"stop":true}""", Some.Now)));
        Assert.That(created.Id.Version, Is.EqualTo(7));
    }

    [Test]
    public void Usage_is_never_stored_as_an_event() => Assert.That(
        () => TeamEvent.Create(EventKind.Usage, Some.Team().Id, agentId: null, sessionId: null, "{}", Some.Now),
        Throws.InstanceOf<ArgumentOutOfRangeException>());
}
