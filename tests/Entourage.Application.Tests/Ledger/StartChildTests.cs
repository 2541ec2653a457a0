using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Sessions that start below a parent (rule 16).</summary>
internal sealed class StartChildTests : StartFixture
{
    [Test]
    public async Task Child_continues_the_path_of_its_parent()
    {
        var top = Ledger.AddSession(Agent);
        var parent = Ledger.AddSession(Agent, top);

        var response = await Ledger.AcceptAsync(Ledger.Start(Agent, parent: parent));

        Assert.That(response.ParentSessionId, Is.EqualTo(parent));
        Assert.That(Ledger.Session(response.Id).Path, Is.EqualTo(new[] { response.Id, parent, top }));
    }

    [Test]
    public async Task Session_of_another_agent_is_no_parent_unless_a_lead_names_it()
    {
        var other = Ledger.AddSession(Ledger.AddAgent(TeamOf(Agent)));

        await RefuseAsync<ForbiddenException>(Ledger.Start(Agent, parent: other), $"Session {other} belongs to another agent, so it cannot be the parent. ");

        Assert.That((await Ledger.AcceptAsync(Ledger.Start(Agent, parent: other, byLead: true))).ParentSessionId, Is.EqualTo(other));
    }

    [Test]
    public async Task Ended_session_is_no_parent()
    {
        var parent = Ledger.AddSession(Agent);

        var outcomes = await Ledger.RunAsync(new EndSessionEntry(parent, false, null, Noon), Ledger.Start(Agent, parent: parent));

        Assert.That((outcomes[1].Refusal as RuleViolationException)?.Code, Is.EqualTo("session-ended"));
        await RefuseAsync<RuleViolationException>(Ledger.Start(Agent, parent: parent), $"The parent session {parent} has ended.");
    }

    [Test]
    public async Task Tree_has_at_most_16_levels()
    {
        var last = Ledger.AddSession(Agent);
        for (var level = 2; level <= Session.MaxDepth; level++)
        {
            last = (await Ledger.AcceptAsync(Ledger.Start(Agent, parent: last))).Id;
        }

        await RefuseAsync<RuleViolationException>(Ledger.Start(Agent, parent: last), "Sub-agents can be nested at most 16 sessions deep.");
    }

    [Test]
    public async Task Child_token_is_used_once_even_within_a_transaction()
    {
        var parent = Ledger.AddSession(Ledger.AddAgent(TeamOf(Agent)));
        var token = Ledger.IssueToken(parent, Agent).Token.TokenHash;

        var outcomes = await Ledger.RunAsync(Ledger.Start(Agent, token: token), Ledger.Start(Agent, parent: parent, token: token));

        Assert.That(((Application.Sessions.SessionResponse)outcomes[0].Response!).ParentSessionId, Is.EqualTo(parent));
        Assert.That(outcomes[1].Refusal, Is.TypeOf<ForbiddenException>());
        Assert.That(Ledger.Store.ChildTokens, Is.Empty);
        await RefuseAsync<ForbiddenException>(Ledger.Start(Agent, token: token), "The 'parent_token' is unknown, was used, has expired, or is for another agent. ");
    }

    [Test]
    public async Task Child_token_of_another_agent_or_team_and_an_expired_one_are_refused()
    {
        var parent = Ledger.AddSession(Ledger.AddAgent(TeamOf(Agent)));
        var (otherAgent, otherTeam) = (Ledger.AddAgent(TeamOf(Agent)), Ledger.AddSession(Ledger.AddAgent(Team)));
        (ChildToken Token, string Text)[] tokens = [Ledger.IssueToken(parent, otherAgent), Ledger.IssueToken(otherTeam), Ledger.IssueToken(parent, seconds: 0)];

        foreach (var (token, _) in tokens)
        {
            await RefuseAsync<ForbiddenException>(Ledger.Start(Agent, token: token.TokenHash, byLead: true), "The 'parent_token' is unknown, ");
        }

        Assert.That(Ledger.Store.ChildTokens, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Child_token_and_parent_must_agree()
    {
        var token = Ledger.IssueToken(Ledger.AddSession(Agent)).Token.TokenHash;

        var refusal = await RefuseAsync<InvalidInputException>(
            Ledger.Start(Agent, parent: Ledger.AddSession(Agent), token: token), "'parent_session_id' and 'parent_token' must name the same session. ");

        Assert.That((refusal.Field, Ledger.Store.ChildTokens.Count), Is.EqualTo(("parent_session_id", 1)));
    }

    [Test]
    public async Task Child_token_that_another_replica_has_used_meanwhile_is_noticed()
    {
        var token = Ledger.IssueToken(Ledger.AddSession(Agent)).Token.TokenHash;
        Ledger.Store.BeforeSave = Ledger.Store.ChildTokens.Clear;

        Assert.That(() => Ledger.RunAsync(Ledger.Start(Agent, token: token)), Throws.TypeOf<LedgerConflictException>());
        Assert.That((await Ledger.RunAsync(Ledger.Start(Agent, token: token))).Single().Refusal, Is.TypeOf<ForbiddenException>());
    }

    [Test]
    public async Task Pause_of_the_agent_of_an_ancestor_refuses_a_start()
    {
        var above = Ledger.AddAgent(TeamOf(Agent));
        var parent = Ledger.AddSession(Agent, Ledger.AddSession(above));
        Ledger.Pause(PauseScope.Agent, above);

        await RefuseAsync<ConflictException>(Ledger.Start(Agent, parent: parent), "The agent is paused: lunch");

        Assert.That((await Ledger.AcceptAsync(Ledger.Start(Agent))).ParentSessionId, Is.Null);
    }

    [Test]
    public async Task Kill_of_the_same_transaction_reaches_a_child_that_has_just_started()
    {
        var parent = Ledger.AddSession(Agent);

        await Ledger.RunAsync(new KillSessionEntry(Ledger.AddSession(Agent), "enough", Lead, Noon), Ledger.Start(Agent, parent: parent), new KillSessionEntry(parent, "enough", Lead, Noon));

        Assert.That(Ledger.Store.Sessions.Values.Select(session => session.State.Status), Is.All.EqualTo(SessionStatus.Killed));
        Assert.That(Ledger.Store.Sessions, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task More_than_20_active_sub_agents_raise_an_alert()
    {
        var top = Ledger.AddSession(Agent);
        var middle = Ledger.AddSession(Agent, top);
        for (var count = 2; count <= TeamworkDetectors.MaxFanOut; count++)
        {
            await Ledger.AcceptAsync(Ledger.Start(Agent, parent: middle));
        }

        await Ledger.RunAsync(new EndSessionEntry(3, false, null, Noon), Ledger.Start(Agent, parent: top));
        var before = Ledger.Store.Alerts.Count;
        await Ledger.AcceptAsync(Ledger.Start(Agent, parent: top));

        var alert = Ledger.Store.Alerts.Values.Single();
        Assert.That((before, alert.Kind, alert.SessionId, alert.AgentId, alert.Details.Count), Is.EqualTo((0, AlertKind.FanOut, (long?)top, default(Guid?), (int?)21)));
    }
}
