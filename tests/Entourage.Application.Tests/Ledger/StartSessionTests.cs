using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

internal sealed class StartSessionTests
{
    private readonly TestLedger ledger = new();
    private Guid team;
    private Guid agent;

    [SetUp]
    public void AddTeam() => (team, agent) = (ledger.AddTeam(), ledger.AddAgent(ledger.AddTeam(), model: "acme-1"));

    [Test]
    public async Task Session_starts_with_its_event_and_its_rollup()
    {
        ledger.Time.Advance(TimeSpan.FromMinutes(20));
        var task = ledger.AddTask(TeamOf(agent), Usd(3));

        var response = await ledger.AcceptAsync(ledger.Start(agent, task));

        Assert.That(
            (response.Id, response.AgentId, response.AgentName, response.TaskId, response.TaskTitle, response.Model, response.ParentSessionId),
            Is.EqualTo((1L, agent, $"agent {agent:N}", (long?)task, $"task {task}", "acme-1", default(long?))));
        Assert.That((response.Status, response.StartedAt, response.EndedAt, response.CostUsd, response.TreeCostUsd), Is.EqualTo((SessionStatus.Active, ledger.Now, default(DateTimeOffset?), MoneyTotal.Zero, MoneyTotal.Zero)));
        Assert.That(ledger.Store.Events.Select(item => (item.Kind, item.SessionId)), Is.EqualTo(new[] { (EventKind.Session, (long?)1) }));
        Assert.That(
            ledger.Store.Rollups,
            Is.EqualTo(new Dictionary<UsageRollupKey, UsageSum> { [new(TeamOf(agent), Noon.AddMinutes(15), 1, "acme-1")] = new() { Sessions = 1 } }));
        Assert.That(ledger.Store.Counters, Is.Empty);
        Assert.That((await ledger.SpendAsync(1, 4)).OverBudget, Is.True, "the task has a cap");
    }

    [Test]
    public async Task Named_model_takes_precedence_over_the_agents()
    {
        Assert.That((await ledger.AcceptAsync(ledger.Start(agent, model: "acme-2"))).Model, Is.EqualTo("acme-2"));
        Assert.That((await ledger.AcceptAsync(ledger.Start(ledger.AddAgent(team)))).Model, Is.Null);
    }

    [Test]
    public async Task Unknown_agent_task_and_parent_are_not_found()
    {
        var foreignTask = ledger.AddTask(team);
        var foreignSession = ledger.AddSession(ledger.AddAgent(team));

        await RefuseAsync<NotFoundException>(ledger.Start(Guid.NewGuid()), "There is no agent ");
        await RefuseAsync<NotFoundException>(ledger.Start(agent, task: 99), "There is no task 99.");
        await RefuseAsync<NotFoundException>(ledger.Start(agent, task: foreignTask), $"There is no task {foreignTask}.");
        await RefuseAsync<NotFoundException>(ledger.Start(agent, parent: 99, byLead: true), "There is no session 99.");
        await RefuseAsync<NotFoundException>(ledger.Start(agent, parent: foreignSession, byLead: true), $"There is no session {foreignSession}.");
    }

    [Test]
    public async Task Task_waits_for_the_tasks_that_it_depends_on()
    {
        var (first, second) = (ledger.AddTask(TeamOf(agent)), ledger.AddTask(TeamOf(agent)));
        var task = ledger.AddTask(TeamOf(agent), null, second, first);

        var refusal = await RefuseAsync<ConflictException>(ledger.Start(agent, task), $"Task {task} depends on tasks that are not done: {first}, {second}. Finish them first.");
        ledger.Store.Tasks[first] = ledger.Store.Tasks[first] with { IsDone = true };
        var next = await RefuseAsync<ConflictException>(ledger.Start(agent, task), $"Task {task} depends on tasks that are not done: {second}. ");
        ledger.Store.Tasks[second] = ledger.Store.Tasks[second] with { IsDone = true };

        Assert.That((refusal.Code, refusal.Members["blocked_by"]), Is.EqualTo(("task-blocked", new[] { first, second })));
        Assert.That(next.Members["blocked_by"], Is.EqualTo(new[] { second }));
        Assert.That((await ledger.AcceptAsync(ledger.Start(agent, task))).TaskId, Is.EqualTo(task));
    }

    [Test]
    public async Task Model_without_a_price_is_refused_if_the_team_says_so()
    {
        var refusing = ledger.AddAgent(ledger.AddTeam(new() { UnpricedModels = UnpricedModelRule.Refuse }), model: "acme-1");

        await RefuseAsync<RuleViolationException>(ledger.Start(refusing), "The model 'acme-1' has no price, and the team refuses models without a price. ");
        ledger.SetPrice("acme-1", 1, 10, from: Noon.AddTicks(1));
        await RefuseAsync<RuleViolationException>(ledger.Start(refusing), "The model 'acme-1' has no price");
        ledger.SetPrice("acme-2", 1, 10);

        Assert.That((await ledger.AcceptAsync(ledger.Start(refusing, model: "acme-2"))).Model, Is.EqualTo("acme-2"));
        Assert.That((await ledger.AcceptAsync(ledger.Start(agent))).Model, Is.EqualTo("acme-1"));
    }

    [TestCase(PauseScope.Agent)]
    [TestCase(PauseScope.Team)]
    [TestCase(PauseScope.Organisation)]
    public async Task Pause_refuses_a_start_until_it_expires(PauseScope scope)
    {
        var id = scope switch { PauseScope.Agent => agent, PauseScope.Team => TeamOf(agent), _ => ledger.OrganisationId };
        ledger.Pause(scope, id, Noon.AddMinutes(5));

        var refusal = await RefuseAsync<ConflictException>(ledger.Start(agent), $"The {scope.ToString().ToLowerInvariant()} is paused: lunch");
        ledger.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.That(refusal.Code, Is.EqualTo("paused"));
        Assert.That((await ledger.AcceptAsync(ledger.Start(agent))).Id, Is.EqualTo(1));
    }

    [Test]
    public async Task Pause_of_the_same_transaction_refuses_later_starts_and_stops_earlier_ones()
    {
        var subject = new PauseSubject(PauseScope.Team, TeamOf(agent), TeamOf(agent), ledger.OrganisationId);

        var outcomes = await ledger.RunAsync(
            ledger.Start(agent), new PauseEntry(subject, "lunch", null, Lead, Noon), ledger.Start(agent), new ResumeEntry(subject, null, Lead, Noon), ledger.Start(agent));

        Assert.That(outcomes.Select(outcome => outcome.Refusal?.GetType()), Is.EqualTo(new[] { null, null, typeof(ConflictException), null, null }));
        Assert.That(ledger.Store.Sessions, Has.Count.EqualTo(2));
    }

    [TestCase("organisation")]
    [TestCase("team")]
    [TestCase("agent")]
    [TestCase("task")]
    [TestCase("session")]
    public async Task Exhausted_budget_refuses_a_start(string cap)
    {
        Money? Cap(string name) => name == cap ? Usd(1) : Usd(40);
        ledger.OrganisationLimits = new() { Daily = Cap("organisation") };
        var capped = ledger.AddAgent(ledger.AddTeam(new() { Daily = Cap("team"), AgentDaily = Cap("agent"), Session = Cap("session") }));
        var task = ledger.AddTask(TeamOf(capped), Cap("task"));
        var parent = (await ledger.AcceptAsync(ledger.Start(capped, task))).Id;
        var held = await ledger.ReserveAsync(parent, 1, seconds: 60);

        var refusal = await RefuseAsync<BudgetExceededException>(ledger.Start(capped, task, parent: parent), $"The {cap}'s ");
        ledger.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.That((refusal.Reservable, held.AmountUsd), Is.EqualTo((Money.Zero, Usd(1))));
        Assert.That((await ledger.AcceptAsync(ledger.Start(capped, task, parent: parent))).ParentSessionId, Is.EqualTo(parent), "the reservation has expired");
    }

    [Test]
    public async Task Session_cap_of_zero_refuses_every_start()
    {
        var capped = ledger.AddAgent(ledger.AddTeam(new() { Session = Money.Zero }));
        var observed = ledger.AddAgent(ledger.AddTeam(new() { Session = Money.Zero, Enforcement = Enforcement.Observe }));

        await RefuseAsync<BudgetExceededException>(ledger.Start(capped), "The session's budget of 0.00 USD has no money left.");

        Assert.That((await ledger.AcceptAsync(ledger.Start(observed))).Status, Is.EqualTo(SessionStatus.Active));
    }

    [Test]
    public async Task Refused_start_leaves_nothing()
    {
        var token = ledger.IssueToken(ledger.AddSession(agent)).Token.TokenHash;
        ledger.Pause(PauseScope.Agent, agent);

        await ledger.RefuseAsync<ConflictException>(ledger.Start(agent, token: token, key: Key("key")));

        Assert.That((ledger.Store.Sessions.Count, ledger.Store.ChildTokens.Count, ledger.Store.Events.Count, ledger.Store.Answers.Count), Is.EqualTo((1, 1, 0, 0)));
        Assert.That(ledger.Store.Calls, Has.None.EqualTo("SaveAsync"));
    }

    [Test]
    public async Task Repeated_key_starts_no_second_session()
    {
        var outcomes = await ledger.RunAsync(ledger.Start(agent, key: Key("key")), ledger.Start(agent, key: Key("key")));
        var later = await ledger.RunAsync(ledger.Start(agent, key: Key("key")), ledger.Start(agent, key: Key("key", "another request")));

        Assert.That(outcomes.Concat(later).Select(outcome => outcome.Replayed), Is.EqualTo(new[] { false, true, true, false }));
        Assert.That(later[1].Refusal, Is.TypeOf<IdempotencyKeyReusedException>());
        Assert.That(ledger.Store.Sessions, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Number_of_a_session_is_unknown_until_its_start_is_committed()
    {
        var outcomes = await ledger.RunAsync(ledger.Start(agent), ledger.Usage(1, 5, at: Noon.AddDays(-1)), ledger.Reserve(1, 1), ledger.Start(agent, parent: 1));

        Assert.That(
            outcomes.Select(outcome => outcome.Refusal?.GetType()), Is.EqualTo(new[] { null, typeof(NotFoundException), typeof(NotFoundException), typeof(NotFoundException) }));
        Assert.That(await ledger.SpendAsync(1, 5, at: Noon.AddDays(-1)), Is.Not.Null);
    }

    [Test]
    public async Task Lost_commit_is_recognised_by_the_number_the_agent_and_the_time()
    {
        var entry = ledger.Start(agent);
        var response = await ledger.AcceptAsync(entry);

        Assert.That(await entry.FindWrittenAsync(response, ledger.Store)!, Is.True);
        Assert.That(await entry.FindWrittenAsync(response with { Id = 2 }, ledger.Store)!, Is.False);
        Assert.That(await (entry with { Now = Noon.AddTicks(1) }).FindWrittenAsync(response, ledger.Store)!, Is.False);
        Assert.That(await (entry with { AgentId = ledger.AddAgent(team) }).FindWrittenAsync(response, ledger.Store)!, Is.False);
    }

    [Test]
    public async Task Another_agent_on_the_same_task_raises_an_alert_once_a_day()
    {
        var task = ledger.AddTask(TeamOf(agent));
        var other = ledger.AddAgent(TeamOf(agent));

        var own = await ledger.RunAsync(ledger.Start(agent, task), ledger.Start(agent, task));
        var alertsOfOwn = ledger.Store.Alerts.Count;
        await ledger.RunAsync(ledger.Start(other, task), ledger.Start(other, task));

        var alert = ledger.Store.Alerts.Values.Single();
        Assert.That((own.Count, alertsOfOwn), Is.EqualTo((2, 0)));
        Assert.That((alert.Kind, alert.AgentId, alert.SessionId, alert.TaskId), Is.EqualTo((AlertKind.DuplicateWork, (Guid?)other, (long?)3, (long?)task)));
        Assert.That((alert.Details.OtherAgentId, alert.Details.OtherSessionId), Is.EqualTo(((Guid?)agent, (long?)1)));
        Assert.That(ledger.Store.Events.Count(item => item.Kind == EventKind.Alert), Is.EqualTo(1));
    }

    [Test]
    public async Task Session_that_ends_in_the_same_transaction_is_no_duplicate_work()
    {
        var task = ledger.AddTask(TeamOf(agent));
        var first = (await ledger.AcceptAsync(ledger.Start(agent, task))).Id;

        await ledger.RunAsync(new EndSessionEntry(first, false, null, Noon), ledger.Start(ledger.AddAgent(TeamOf(agent)), task));

        Assert.That(ledger.Store.Alerts, Is.Empty);
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
