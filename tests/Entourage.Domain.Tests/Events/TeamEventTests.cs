using Entourage.Domain.Events;

namespace Entourage.Domain.Tests.Events;

internal sealed class TeamEventTests
{
    [Test]
    public void An_event_holds_what_it_is_made_of()
    {
        var (team, agent) = (Some.Team().Id, Some.Agent().Id);
        var told = TeamEvent.Create(EventKind.Stop, team, agent, 42, """{"stop":true}""", Some.Now);
        Assert.That((told.Kind, told.TeamId, told.AgentId, told.SessionId), Is.EqualTo((EventKind.Stop, team, agent, 42L)));
        Assert.That((told.Payload, told.OccurredAt), Is.EqualTo(("""{"stop":true}""", Some.Now)));
        Assert.That(told.Id.Version, Is.EqualTo(7));
    }

    [Test]
    public void Usage_is_never_stored_as_an_event() => Assert.That(
        () => TeamEvent.Create(EventKind.Usage, Some.Team().Id, agentId: null, sessionId: null, "{}", Some.Now),
        Throws.InstanceOf<ArgumentOutOfRangeException>());
}
