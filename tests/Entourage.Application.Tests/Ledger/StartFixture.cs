using Entourage.Application.Ledger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>A team, and an agent of another team that can start sessions.</summary>
internal abstract class StartFixture
{
    protected TestLedger Ledger { get; } = new();

    protected Guid Team { get; private set; }

    protected Guid Agent { get; private set; }

    [SetUp]
    public void AddTeam() => (Team, Agent) = (Ledger.AddTeam(), Ledger.AddAgent(Ledger.AddTeam(), model: "acme-1"));

    protected Guid TeamOf(Guid agentId) => Ledger.Store.Agents[agentId].TeamId;

    protected async Task<T> RefuseAsync<T>(StartSessionEntry start, string message)
        where T : Exception
    {
        var refusal = await Ledger.RefuseAsync<T>(start);
        Assert.That(refusal.Message, Does.StartWith(message));
        return refusal;
    }
}
