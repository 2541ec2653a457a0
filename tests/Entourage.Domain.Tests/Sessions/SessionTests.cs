using Entourage.Domain.Agents;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Sessions;

internal sealed class SessionTests
{
    [Test]
    public void A_new_session_is_active_and_has_no_usage()
    {
        var agent = Some.Agent();
        var session = Session.Start(agent, Some.Task().StoredAs(7), parent: null, model: null, Some.Now);
        Assert.That((session.TeamId, session.AgentId), Is.EqualTo((agent.TeamId, agent.Id)));
        Assert.That(session.TaskId, Is.EqualTo(7));
        Assert.That(session.ParentSessionId, Is.Null);
        Assert.That(session.Ancestors, Is.Empty);
        Assert.That((session.Status, session.StartedAt, session.EndedAt), Is.EqualTo((SessionStatus.Active, Some.Now, (DateTimeOffset?)null)));
        Assert.That(session.Error, Is.Null);
        Assert.That(
            (session.InputTokens, session.OutputTokens, session.CacheReadTokens, session.CacheWriteTokens),
            Is.EqualTo((0L, 0L, 0L, 0L)));
        Assert.That((session.Cost, session.ImputedCost), Is.EqualTo((Money.Zero, Money.Zero)));
        Assert.That(session.Version, Is.Zero);
    }

    [Test]
    public void A_session_needs_no_task() => Assert.That(Some.Session().TaskId, Is.Null);

    [TestCase("said", "own", "said")]
    [TestCase(null, "own", "own")]
    [TestCase("said", null, "said")]
    [TestCase(null, null, null)]
    public void The_model_is_the_stated_one_or_the_agents(string? stated, string? ofAgent, string? expected) =>
        Assert.That(Session.Start(Some.Agent(ofAgent), task: null, parent: null, stated, Some.Now).Model, Is.EqualTo(expected));

    [Test]
    public void Ancestors_run_from_the_parent_to_the_topmost_session()
    {
        var top = Some.Session().StoredAs(1);
        var middle = Some.Session(top).StoredAs(2);
        var bottom = Some.Session(middle).StoredAs(3);
        Assert.That(middle.Ancestors, Is.EqualTo(new[] { top.Id }));
        Assert.That(bottom.Ancestors, Is.EqualTo(new[] { middle.Id, top.Id }));
        Assert.That(bottom.ParentSessionId, Is.EqualTo(2));
    }

    [Test]
    public void Sessions_nest_at_most_16_deep()
    {
        var deepest = Some.Session().StoredAs(1);
        for (var level = 2; level <= Session.MaxDepth; level++)
        {
            deepest = Some.Session(deepest).StoredAs(level);
        }

        Assert.That(deepest.Ancestors, Has.Count.EqualTo(15));
        Assert.That(() => Some.Session(deepest), Refused.With("session-depth", "ParentSessionId"));
    }

    [Test]
    public void A_sub_agent_may_be_a_different_agent()
    {
        var parent = Some.Session().StoredAs(1);
        var other = Agent.Create(Some.Team(), "Grace", AgentRole.Reviewer, model: null, Some.Now);
        Assert.That(Session.Start(other, task: null, parent, model: null, Some.Later).AgentId, Is.EqualTo(other.Id));
    }

    [TestCase(SessionStatus.Completed)]
    [TestCase(SessionStatus.Failed)]
    [TestCase(SessionStatus.Killed)]
    [TestCase(SessionStatus.Abandoned)]
    public void An_ended_session_starts_no_sub_agent(SessionStatus status)
    {
        var parent = Some.Session().StoredAs(1).StoredWith(nameof(Session.Status), status);
        Assert.That(() => Some.Session(parent), Refused.With("session-ended"));
    }
}
