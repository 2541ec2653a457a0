using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Sessions that start below a parent (rule 16).</summary>
internal sealed class StartChildTests
{
    private readonly TestLedger ledger = new();
    private Guid team;
    private Guid agent;

    [SetUp]
    public void AddTeam() => (team, agent) = (ledger.AddTeam(), ledger.AddAgent(ledger.AddTeam(), model: "acme-1"));

    [Test]
    public async Task Child_continues_the_path_of_its_parent()
    {
        var top = ledger.AddSession(agent);
        var parent = ledger.AddSession(agent, top);

        var response = await ledger.AcceptAsync(ledger.Start(agent, parent: parent));

        Assert.That(response.ParentSessionId, Is.EqualTo(parent));
        Assert.That(ledger.Session(response.Id).Path, Is.EqualTo(new[] { response.Id, parent, top }));
    }

    [Test]
    public async Task Session_of_another_agent_is_no_parent_unless_a_lead_names_it()
    {
        var other = ledger.AddSession(ledger.AddAgent(TeamOf(agent)));

        await RefuseAsync<ForbiddenException>(ledger.Start(agent, parent: other), $"Session {other} belongs to another agent, so it cannot be the parent. ");

        Assert.That((await ledger.AcceptAsync(ledger.Start(agent, parent: other, byLead: true))).ParentSessionId, Is.EqualTo(other));
    }

    [Test]
    public async Task Ended_session_is_no_parent()
    {
        var parent = ledger.AddSession(agent);

        var outcomes = await ledger.RunAsync(new EndSessionEntry(parent, false, null, Noon), ledger.Start(agent, parent: parent));

        Assert.That((outcomes[1].Refusal as RuleViolationException)?.Code, Is.EqualTo("session-ended"));
        await RefuseAsync<RuleViolationException>(ledger.Start(agent, parent: parent), $"The parent session {parent} has ended.");
    }

    [Test]
    public async Task Tree_has_at_most_16_levels()
    {
        var last = ledger.AddSession(agent);
        for (var level = 2; level <= Session.MaxDepth; level++)
        {
            last = (await ledger.AcceptAsync(ledger.Start(agent, parent: last))).Id;
        }

        await RefuseAsync<RuleViolationException>(ledger.Start(agent, parent: last), "Sub-agents can be nested at most 16 sessions deep.");
    }

    [Test]
    public async Task Child_token_is_used_once_even_within_a_transaction()
    {
        var parent = ledger.AddSession(ledger.AddAgent(TeamOf(agent)));
        var token = ledger.IssueToken(parent, agent).Token.TokenHash;

        var outcomes = await ledger.RunAsync(ledger.Start(agent, token: token), ledger.Start(agent, parent: parent, token: token));

        Assert.That(((Application.Sessions.SessionResponse)outcomes[0].Response!).ParentSessionId, Is.EqualTo(parent));
        Assert.That(outcomes[1].Refusal, Is.TypeOf<ForbiddenException>());
        Assert.That(ledger.Store.ChildTokens, Is.Empty);
        await RefuseAsync<ForbiddenException>(ledger.Start(agent, token: token), "The 'parent_token' is unknown, was used, has expired, or is for another agent. ");
    }

    [Test]
    public async Task Child_token_of_another_agent_or_team_and_an_expired_one_are_refused()
    {
        var parent = ledger.AddSession(ledger.AddAgent(TeamOf(agent)));
        var (otherAgent, otherTeam) = (ledger.AddAgent(TeamOf(agent)), ledger.AddSession(ledger.AddAgent(team)));
        (ChildToken Token, string Text)[] tokens = [ledger.IssueToken(parent, otherAgent), ledger.IssueToken(otherTeam), ledger.IssueToken(parent, seconds: 0)];

        foreach (var (token, _) in tokens)
        {
            await RefuseAsync<ForbiddenException>(ledger.Start(agent, token: token.TokenHash, byLead: true), "The 'parent_token' is unknown, ");
        }

        Assert.That(ledger.Store.ChildTokens, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Child_token_and_parent_must_agree()
    {
        var token = ledger.IssueToken(ledger.AddSession(agent)).Token.TokenHash;

        var refusal = await RefuseAsync<InvalidInputException>(
            ledger.Start(agent, parent: ledger.AddSession(agent), token: token), "'parent_session_id' and 'parent_token' must name the same session. ");

        Assert.That((refusal.Field, ledger.Store.ChildTokens.Count), Is.EqualTo(("parent_session_id", 1)));
    }

    [Test]
    public async Task Child_token_that_another_replica_has_used_meanwhile_is_noticed()
    {
        var token = ledger.IssueToken(ledger.AddSession(agent)).Token.TokenHash;
        ledger.Store.BeforeSave = ledger.Store.ChildTokens.Clear;

        Assert.That(() => ledger.RunAsync(ledger.Start(agent, token: token)), Throws.TypeOf<LedgerConflictException>());
        Assert.That((await ledger.RunAsync(ledger.Start(agent, token: token))).Single().Refusal, Is.TypeOf<ForbiddenException>());
    }

    [Test]
    public async Task Pause_of_the_agent_of_an_ancestor_refuses_a_start()
    {
        var above = ledger.AddAgent(TeamOf(agent));
        var parent = ledger.AddSession(agent, ledger.AddSession(above));
        ledger.Pause(PauseScope.Agent, above);

        await RefuseAsync<ConflictException>(ledger.Start(agent, parent: parent), "The agent is paused: lunch");

        Assert.That((await ledger.AcceptAsync(ledger.Start(agent))).ParentSessionId, Is.Null);
    }

    [Test]
    public async Task Kill_of_the_same_transaction_reaches_a_child_that_has_just_started()
    {
        var parent = ledger.AddSession(agent);

        await ledger.RunAsync(new KillSessionEntry(ledger.AddSession(agent), "enough", Lead, Noon), ledger.Start(agent, parent: parent), new KillSessionEntry(parent, "enough", Lead, Noon));

        Assert.That(ledger.Store.Sessions.Values.Select(session => session.State.Status), Is.All.EqualTo(SessionStatus.Killed));
        Assert.That(ledger.Store.Sessions, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task More_than_20_active_sub_agents_raise_an_alert()
    {
        var top = ledger.AddSession(agent);
        var middle = ledger.AddSession(agent, top);
        for (var count = 2; count <= TeamworkDetectors.MaxFanOut; count++)
        {
            await ledger.AcceptAsync(ledger.Start(agent, parent: middle));
        }

        await ledger.RunAsync(new EndSessionEntry(3, false, null, Noon), ledger.Start(agent, parent: top));
        var before = ledger.Store.Alerts.Count;
        await ledger.AcceptAsync(ledger.Start(agent, parent: top));

        var alert = ledger.Store.Alerts.Values.Single();
        Assert.That((before, alert.Kind, alert.SessionId, alert.AgentId, alert.Details.Count), Is.EqualTo((0, AlertKind.FanOut, (long?)top, default(Guid?), (int?)21)));
    }

    private Guid TeamOf(Guid agentId) => ledger.Store.Agents[agentId].TeamId;

    private async Task<T> RefuseAsync<T>(StartSessionEntry start, string message)
        where T : Exception
    {
        var refusal = await ledger.RefuseAsync<T>(start);
        Assert.That(refusal.Message, Does.StartWith(message));
        return refusal;
    }
}
