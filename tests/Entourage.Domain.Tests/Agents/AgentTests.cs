using Entourage.Domain.Agents;

namespace Entourage.Domain.Tests.Agents;

internal sealed class AgentTests
{
    [Test]
    public void A_new_agent_has_no_own_cap()
    {
        var team = Some.Team();
        var agent = Agent.Create(team, "Ada", AgentRole.Manager, "claude-opus", Some.Now);
        Assert.That(agent.Id.Version, Is.EqualTo(7));
        Assert.That(agent.TeamId, Is.EqualTo(team.Id));
        Assert.That(agent.Name, Is.EqualTo("Ada"));
        Assert.That(agent.Role, Is.EqualTo(AgentRole.Manager));
        Assert.That(agent.Model, Is.EqualTo("claude-opus"));
        Assert.That(agent.DailyLimit, Is.Null);
        Assert.That(agent.CreatedAt, Is.EqualTo(Some.Now));
        Assert.That(agent.Version, Is.Zero);
    }

    [Test]
    public void Each_change_increments_the_version()
    {
        var agent = Some.Agent("claude-opus");
        agent.Change("Grace", AgentRole.Reviewer, model: null);
        Assert.That((agent.Name, agent.Role, agent.Model, agent.Version), Is.EqualTo(("Grace", AgentRole.Reviewer, (string?)null, 1L)));
    }

    [Test]
    public void The_own_cap_can_be_set_and_removed()
    {
        var agent = Some.Agent();
        agent.SetDailyLimit(Some.Usd(2.50m));
        Assert.That((agent.DailyLimit, agent.Version), Is.EqualTo(((Money?)Some.Usd(2.50m), 1L)));
        agent.SetDailyLimit(null);
        Assert.That((agent.DailyLimit, agent.Version), Is.EqualTo(((Money?)null, 2L)));
    }

    [Test]
    public void Ids_sort_by_creation_time()
    {
        var earlier = Agent.Create(Some.Team(), "Ada", AgentRole.Engineer, model: null, Some.Now);
        var later = Agent.Create(Some.Team(), "Grace", AgentRole.Engineer, model: null, Some.Now.AddMilliseconds(1));
        Assert.That(later.Id, Is.GreaterThan(earlier.Id));
    }
}
