using Entourage.Domain.Alerts;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class TeamworkDetectorsTests
{
    private static readonly DateOnly Today = new(2026, 3, 4);

    [Test]
    public void Two_agents_on_one_task_are_found_and_their_order_does_not_matter()
    {
        var (one, other) = (ActiveOn(task: 7, id: 1), ActiveOn(task: 7, id: 2));
        var found = TeamworkDetectors.DuplicateWork(one, [other], Today);
        Assert.That((found?.Kind, found?.Details.OtherAgentId, found?.Details.OtherSessionId), Is.EqualTo((AlertKind.DuplicateWork, other.AgentId, 2L)));
        Assert.That(TeamworkDetectors.DuplicateWork(other, [one], Today)?.Cause, Is.EqualTo(found?.Cause));
    }

    [Test]
    public void One_agent_and_the_sub_agents_of_one_session_may_share_a_task()
    {
        var top = On(task: 7, id: 1);
        var sub = ActiveSession.Of(Session.Start(Some.Agent(), null, top, null, Some.Now).StoredAs(2).StoredWith("TaskId", 7L));
        var sister = ActiveSession.Of(Session.Start(Some.Agent(), null, top, null, Some.Now).StoredAs(3).StoredWith("TaskId", 7L));
        var again = ActiveOn(task: 7, id: 4) with { AgentId = top.AgentId };
        Assert.That(TeamworkDetectors.DuplicateWork(sub, [ActiveSession.Of(top), sister], Today), Is.Null);
        Assert.That(TeamworkDetectors.DuplicateWork(again, [ActiveSession.Of(top)], Today), Is.Null);
        Assert.That(TeamworkDetectors.DuplicateWork(again, [ActiveSession.Of(top), sub], Today), Is.Not.Null);
    }

    [TestCase(20, false)]
    [TestCase(21, true)]
    public void Too_many_active_sub_agents_are_reported_for_the_topmost_session(int active, bool tooMany)
    {
        var sub = Session.Start(Some.Agent(), null, On(task: 7, id: 1), null, Some.Now).StoredAs(2);
        Assert.That(TeamworkDetectors.FanOut(ActiveSession.Of(sub), active, Today)?.Cause, Is.EqualTo(tooMany ? "session:1" : null));
    }

    [Test]
    public void An_abandoned_session_is_reported_once() => Assert.That(
        (TeamworkDetectors.Abandoned(42).Kind, TeamworkDetectors.Abandoned(42).Cause, TeamworkDetectors.Abandoned(42).Window),
        Is.EqualTo((AlertKind.AbandonedSession, "session:42", "total")));

    [Test]
    public void A_shared_task_is_reported_with_both_sessions()
    {
        var (one, other) = (ActiveOn(task: 7, id: 1), ActiveOn(task: 7, id: 2));
        var found = TeamworkDetectors.DuplicateWork(one, [other], Today)!;
        Assert.Multiple(() =>
        {
            Assert.That(found.Message, Is.EqualTo("Session 1 started on task 7, where session 2 of another agent is already active."));
            Assert.That(found.Cause, Is.EqualTo($"task:7:{string.Join(':', new[] { one.AgentId, other.AgentId }.Order())}"));
            Assert.That(found.Window, Is.EqualTo("2026-03-04"));
        });
    }

    [Test]
    public void The_first_session_of_another_agent_is_reported()
    {
        var started = ActiveOn(task: 7, id: 9);
        var own = ActiveOn(task: 7, id: 1) with { AgentId = started.AgentId };
        Assert.That(TeamworkDetectors.DuplicateWork(started, [own, ActiveOn(task: 7, id: 2), ActiveOn(task: 7, id: 3)], Today)?.Details.OtherSessionId, Is.EqualTo(2));
        Assert.That(TeamworkDetectors.DuplicateWork(started, [], Today), Is.Null);
    }

    [Test]
    public void A_fan_out_is_reported_with_its_size()
    {
        var found = TeamworkDetectors.FanOut(ActiveOn(task: 7, id: 1), 21, Today)!;
        Assert.That((found.Kind, found.Window, found.Details.Count), Is.EqualTo((AlertKind.FanOut, "2026-03-04", (int?)21)));
        Assert.That(found.Message, Is.EqualTo("Session 1 has 21 active sub-agents."));
    }

    [Test]
    public void The_topmost_session_is_the_last_ancestor_or_the_session_itself()
    {
        var top = Some.Session().StoredAs(1);
        var middle = Some.Session(top).StoredAs(2);
        Assert.That(
            new[] { top, middle, Some.Session(middle).StoredAs(3) }.Select(TeamworkDetectors.TopOf),
            Is.All.EqualTo(1));
    }

    private static ActiveSession ActiveOn(long task, long id) => ActiveSession.Of(On(task, id));

    private static Session On(long task, long id) => Some.Session().StoredAs(id).StoredWith("TaskId", task);
}
