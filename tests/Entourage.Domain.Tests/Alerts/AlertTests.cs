using Entourage.Domain.Alerts;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class AlertTests
{
    private static readonly DateOnly Today = new(2026, 3, 4);

    [Test]
    public void An_alert_is_open_until_it_is_acknowledged_and_keeps_the_first_time()
    {
        var alert = Alert.Raise(ModelDetectors.Unpriced("acme-1", Today, null), new(Guid.Empty), Some.Now);
        Assert.That((alert.Status, alert.AcknowledgedAt, alert.Version), Is.EqualTo((AlertStatus.Open, default(DateTimeOffset?), 0L)));

        alert.Acknowledge(Some.Later);
        alert.Acknowledge(Some.Later.AddHours(1));

        Assert.That((alert.Status, alert.AcknowledgedAt, alert.Version), Is.EqualTo((AlertStatus.Acknowledged, Some.Later, 1L)));
    }

    [Test]
    public void An_alert_holds_its_finding_and_subject()
    {
        var (team, agent) = (Some.Team().Id, Some.Agent().Id);
        var alert = Alert.Raise(ModelDetectors.CostDiffers("acme-1", Today, Some.Usd(2), Some.Usd(1)), new(team, agent, 42, 7), Some.Now);
        Assert.Multiple(() =>
        {
            Assert.That(alert.Key, Is.EqualTo(new AlertKey(team, AlertKind.CostDiffers, "model:acme-1", "2026-03-04")));
            Assert.That((alert.AgentId, alert.SessionId, alert.TaskId, alert.CreatedAt), Is.EqualTo((agent, 42L, 7L, Some.Now)));
            Assert.That(alert.Message, Is.EqualTo("A usage of 'acme-1' reported a cost of 2.00 USD. By the model's price it costs 1.00 USD."));
            Assert.That(alert.Id.Version, Is.EqualTo(7));
        });
    }

    [Test]
    public void A_message_that_is_too_long_is_cut()
    {
        var finding = ModelDetectors.Unpriced("m", Today, null) with { Message = new string('x', 600) };
        Assert.That(Alert.Raise(finding, new(Guid.Empty), Some.Now).Message, Has.Length.EqualTo(Alert.MessageLength));
    }

    [Test]
    public void A_model_is_noted_once_for_each_day_and_kind_of_finding()
    {
        var unpriced = ModelDetectors.Unpriced("acme-1", Today, null);
        var noted = ModelDetectors.Note(DetectorState.Empty, unpriced, Some.Now, Some.Later)!;
        Assert.That(ModelDetectors.Note(noted, unpriced, Some.Now, Some.Later), Is.Null);
        Assert.That(ModelDetectors.Note(noted, unpriced, Some.Later, Some.Later.AddDays(1)), Is.Not.Null);
        Assert.That(ModelDetectors.Note(noted, ModelDetectors.Unpriced("acme-2", Today, null), Some.Now, Some.Later), Is.Not.Null);
        Assert.That(ModelDetectors.Note(noted, ModelDetectors.CostDiffers("acme-1", Today, default, default), Some.Now, Some.Later), Is.Not.Null);
    }

    [Test]
    public void Two_agents_on_one_task_are_found_and_their_order_does_not_matter()
    {
        var (one, other) = (On(task: 7, id: 1), On(task: 7, id: 2));
        var found = TeamworkDetectors.DuplicateWork(one, [other], Today);
        Assert.That((found?.Kind, found?.Details.OtherAgentId, found?.Details.OtherSessionId), Is.EqualTo((AlertKind.DuplicateWork, other.AgentId, 2L)));
        Assert.That(TeamworkDetectors.DuplicateWork(other, [one], Today)?.Cause, Is.EqualTo(found?.Cause));
    }

    [Test]
    public void One_agent_and_the_sub_agents_of_one_session_may_share_a_task()
    {
        var top = On(task: 7, id: 1);
        var sub = Session.Start(Some.Agent(), null, top, null, Some.Now).StoredAs(2).StoredWith("TaskId", 7L);
        var sister = Session.Start(Some.Agent(), null, top, null, Some.Now).StoredAs(3).StoredWith("TaskId", 7L);
        var again = On(task: 7, id: 4).StoredWith("AgentId", top.AgentId);
        Assert.That(TeamworkDetectors.DuplicateWork(sub, [top, sister], Today), Is.Null);
        Assert.That(TeamworkDetectors.DuplicateWork(again, [top], Today), Is.Null);
        Assert.That(TeamworkDetectors.DuplicateWork(again, [top, sub], Today), Is.Not.Null);
    }

    [TestCase(20, false)]
    [TestCase(21, true)]
    public void Too_many_active_sub_agents_are_reported_for_the_topmost_session(int active, bool tooMany)
    {
        var sub = Session.Start(Some.Agent(), null, On(task: 7, id: 1), null, Some.Now).StoredAs(2);
        Assert.That(TeamworkDetectors.FanOut(sub, active, Today)?.Cause, Is.EqualTo(tooMany ? "session:1" : null));
    }

    [Test]
    public void An_abandoned_session_is_reported_once() => Assert.That(
        (TeamworkDetectors.Abandoned(42).Kind, TeamworkDetectors.Abandoned(42).Cause, TeamworkDetectors.Abandoned(42).Window),
        Is.EqualTo((AlertKind.AbandonedSession, "session:42", "total")));

    [TestCase("")]
    [TestCase("0.5")]
    [TestCase("0.0001,0.25,1.00,10")]
    public void Thresholds_survive_the_round_trip_through_text(string text)
    {
        var thresholds = AlertThresholds.Parse(text);
        Assert.That(thresholds.Text, Is.EqualTo(text));
        Assert.That(AlertThresholds.Of(thresholds.Ratios), Is.EqualTo(thresholds));
        Assert.That(thresholds.GetHashCode(), Is.EqualTo(AlertThresholds.Parse(text).GetHashCode()));
        Assert.That(thresholds, Is.Not.EqualTo(AlertThresholds.Default));
    }

    [TestCase(0.5, 0.5)]
    [TestCase(0.8, 0.5)]
    [TestCase(0, 0.5)]
    [TestCase(0.5, 10.1)]
    [TestCase(0.00005, 0.5)]
    public void Thresholds_that_do_not_rise_or_are_out_of_range_are_refused(decimal first, decimal second) =>
        Assert.That(() => AlertThresholds.Of([first, second]), Refused.With("validation", "AlertThresholds"));

    private static Session On(long task, long id) => Some.Session().StoredAs(id).StoredWith("TaskId", task);
}
