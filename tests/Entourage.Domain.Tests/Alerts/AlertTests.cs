using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class AlertTests
{
    private static readonly DateOnly Today = new(2026, 3, 4);

    [Test]
    public void An_alert_is_open_until_it_is_acknowledged_and_keeps_the_first_time()
    {
        var alert = Alert.Raise(ModelDetectors.Unpriced("acme-1", Today, null), new(Guid.Empty), Some.Now);
        Assert.That((alert.Status, alert.AcknowledgedAt, alert.Version), Is.EqualTo((AlertStatus.Open, default(DateTimeOffset?), 0L)));

        alert.Acknowledge("Ada", Some.Later);
        alert.Acknowledge("Bob", Some.Later.AddHours(1));

        Assert.That((alert.Status, alert.AcknowledgedAt, alert.AcknowledgedBy, alert.Version), Is.EqualTo((AlertStatus.Acknowledged, Some.Later, "Ada", 1L)));
    }

    [Test]
    public void An_open_alert_closes_with_its_window()
    {
        var finding = ModelDetectors.Unpriced("acme-1", Today, null) with { ClosesAt = Some.Later };
        var alert = Alert.Raise(finding, new(Guid.Empty), Some.Now);
        Assert.That((alert.StatusAt(Some.Later.AddTicks(-1)), alert.StatusAt(Some.Later)), Is.EqualTo((AlertStatus.Open, AlertStatus.Closed)));

        alert.Acknowledge("Ada", Some.Now);
        Assert.That(alert.StatusAt(Some.Later), Is.EqualTo(AlertStatus.Acknowledged));
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
            Assert.That((alert.TeamId, alert.Kind, alert.Cause, alert.Window), Is.EqualTo((team, AlertKind.CostDiffers, "model:acme-1", "2026-03-04")));
            Assert.That(alert.Details, Is.EqualTo(new AlertDetails { Model = "acme-1", Cost = Some.Usd(2), ExpectedCost = Some.Usd(1) }));
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
    public void The_owner_of_a_budget_is_the_subject_of_its_alerts()
    {
        var (team, agent) = (Guid.CreateVersion7(Some.Now), Guid.CreateVersion7(Some.Now));
        Assert.Multiple(() =>
        {
            Assert.That(SubjectOf(BudgetScope.Organisation, $"{team}"), Is.EqualTo(new AlertSubject(team)));
            Assert.That(SubjectOf(BudgetScope.Team, $"{team}"), Is.EqualTo(new AlertSubject(team)));
            Assert.That(SubjectOf(BudgetScope.Agent, $"{agent}"), Is.EqualTo(new AlertSubject(team, AgentId: agent)));
            Assert.That(SubjectOf(BudgetScope.Task, "7"), Is.EqualTo(new AlertSubject(team, TaskId: 7)));
            Assert.That(SubjectOf(BudgetScope.Session, "42"), Is.EqualTo(new AlertSubject(team, SessionId: 42)));
        });

        AlertSubject SubjectOf(BudgetScope scope, string id) =>
            AlertSubject.Of(new Budget(new(scope, id, BudgetPeriod.Total, BudgetCalendar.Always), null, Enforcement.Hard, null), team);
    }
}
