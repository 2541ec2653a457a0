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

internal sealed class StartSessionTests : StartFixture
{
    [Test]
    public async Task Session_starts_with_its_event_and_its_rollup()
    {
        Ledger.Time.Advance(TimeSpan.FromMinutes(20));
        var task = Ledger.AddTask(TeamOf(Agent), Usd(3));

        var response = await Ledger.AcceptAsync(Ledger.Start(Agent, task));

        Assert.That(
            (response.Id, response.AgentId, response.AgentName, response.TaskId, response.TaskTitle, response.Model, response.ParentSessionId),
            Is.EqualTo((1L, Agent, $"agent {Agent:N}", (long?)task, $"task {task}", "acme-1", default(long?))));
        Assert.That((response.Status, response.StartedAt, response.EndedAt, response.CostUsd, response.TreeCostUsd), Is.EqualTo((SessionStatus.Active, Ledger.Now, default(DateTimeOffset?), MoneyTotal.Zero, MoneyTotal.Zero)));
        Assert.That(Ledger.Store.Events.Select(item => (item.Kind, item.SessionId)), Is.EqualTo(new[] { (EventKind.Session, (long?)1) }));
        Assert.That(
            Ledger.Store.Rollups,
            Is.EqualTo(new Dictionary<UsageRollupKey, UsageSum> { [new(TeamOf(Agent), Noon.AddMinutes(15), 1, "acme-1", 0)] = new() { Sessions = 1 } }));
        Assert.That(Ledger.Store.Counters, Is.Empty);
        Assert.That((await Ledger.SpendAsync(1, 4)).OverBudget, Is.True, "the task has a cap");
    }

    [Test]
    public async Task Named_model_takes_precedence_over_the_agents()
    {
        Assert.That((await Ledger.AcceptAsync(Ledger.Start(Agent, model: "acme-2"))).Model, Is.EqualTo("acme-2"));
        Assert.That((await Ledger.AcceptAsync(Ledger.Start(Ledger.AddAgent(Team)))).Model, Is.Null);
    }

    [Test]
    public async Task Unknown_agent_task_and_parent_are_not_found()
    {
        var foreignTask = Ledger.AddTask(Team);
        var foreignSession = Ledger.AddSession(Ledger.AddAgent(Team));

        await RefuseAsync<NotFoundException>(Ledger.Start(Guid.NewGuid()), "There is no agent ");
        await RefuseAsync<NotFoundException>(Ledger.Start(Agent, task: 99), "There is no task 99.");
        await RefuseAsync<NotFoundException>(Ledger.Start(Agent, task: foreignTask), $"There is no task {foreignTask}.");
        await RefuseAsync<NotFoundException>(Ledger.Start(Agent, parent: 99, byLead: true), "There is no session 99.");
        await RefuseAsync<NotFoundException>(Ledger.Start(Agent, parent: foreignSession, byLead: true), $"There is no session {foreignSession}.");
    }

    [Test]
    public async Task Task_waits_for_the_tasks_that_it_depends_on()
    {
        var (first, second) = (Ledger.AddTask(TeamOf(Agent)), Ledger.AddTask(TeamOf(Agent)));
        var task = Ledger.AddTask(TeamOf(Agent), null, second, first);

        var refusal = await RefuseAsync<ConflictException>(Ledger.Start(Agent, task), $"Task {task} depends on tasks that are not done: {first}, {second}. Finish them first.");
        Ledger.Store.Tasks[first] = Ledger.Store.Tasks[first] with { IsDone = true };
        var next = await RefuseAsync<ConflictException>(Ledger.Start(Agent, task), $"Task {task} depends on tasks that are not done: {second}. ");
        Ledger.Store.Tasks[second] = Ledger.Store.Tasks[second] with { IsDone = true };

        Assert.That((refusal.Code, refusal.Members["blocked_by"]), Is.EqualTo(("task-blocked", new[] { first, second })));
        Assert.That(next.Members["blocked_by"], Is.EqualTo(new[] { second }));
        Assert.That((await Ledger.AcceptAsync(Ledger.Start(Agent, task))).TaskId, Is.EqualTo(task));
    }

    [Test]
    public async Task Model_without_a_price_is_refused_if_the_team_says_so()
    {
        var refusing = Ledger.AddAgent(Ledger.AddTeam(new() { UnpricedModels = UnpricedModelRule.Refuse }), model: "acme-1");

        await RefuseAsync<RuleViolationException>(Ledger.Start(refusing), "The model 'acme-1' has no price, and the team refuses models without a price. ");
        Ledger.SetPrice("acme-1", 1, 10, from: Noon.AddTicks(1));
        await RefuseAsync<RuleViolationException>(Ledger.Start(refusing), "The model 'acme-1' has no price");
        Ledger.SetPrice("acme-2", 1, 10);

        Assert.That((await Ledger.AcceptAsync(Ledger.Start(refusing, model: "acme-2"))).Model, Is.EqualTo("acme-2"));
        Assert.That((await Ledger.AcceptAsync(Ledger.Start(Agent))).Model, Is.EqualTo("acme-1"));
    }

    [TestCase(PauseScope.Agent)]
    [TestCase(PauseScope.Team)]
    [TestCase(PauseScope.Organisation)]
    public async Task Pause_refuses_a_start_until_it_expires(PauseScope scope)
    {
        var id = scope switch { PauseScope.Agent => Agent, PauseScope.Team => TeamOf(Agent), _ => Ledger.OrganisationId };
        Ledger.Pause(scope, id, Noon.AddMinutes(5));

        var refusal = await RefuseAsync<ConflictException>(Ledger.Start(Agent), $"The {scope.ToString().ToLowerInvariant()} is paused: lunch");
        Ledger.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.That(refusal.Code, Is.EqualTo("paused"));
        Assert.That((await Ledger.AcceptAsync(Ledger.Start(Agent))).Id, Is.EqualTo(1));
    }

    [Test]
    public async Task Pause_of_the_same_transaction_refuses_later_starts_and_stops_earlier_ones()
    {
        var subject = new PauseSubject(PauseScope.Team, TeamOf(Agent), TeamOf(Agent), Ledger.OrganisationId);

        var outcomes = await Ledger.RunAsync(
            Ledger.Start(Agent), new PauseEntry(subject, "lunch", null, Lead, Noon), Ledger.Start(Agent), new ResumeEntry(subject, null, Lead, Noon), Ledger.Start(Agent));

        Assert.That(outcomes.Select(outcome => outcome.Refusal?.GetType()), Is.EqualTo(new[] { null, null, typeof(ConflictException), null, null }));
        Assert.That(Ledger.Store.Sessions, Has.Count.EqualTo(2));
    }

    [TestCase("organisation")]
    [TestCase("team")]
    [TestCase("agent")]
    [TestCase("task")]
    [TestCase("session")]
    public async Task Exhausted_budget_refuses_a_start(string cap)
    {
        Money? Cap(string name) => name == cap ? Usd(1) : Usd(40);
        Ledger.OrganisationLimits = new() { Daily = Cap("organisation") };
        var capped = Ledger.AddAgent(Ledger.AddTeam(new() { Daily = Cap("team"), AgentDaily = Cap("agent"), Session = Cap("session") }));
        var task = Ledger.AddTask(TeamOf(capped), Cap("task"));
        var parent = (await Ledger.AcceptAsync(Ledger.Start(capped, task))).Id;
        var held = await Ledger.ReserveAsync(parent, 1, seconds: 60);

        var refusal = await RefuseAsync<BudgetExceededException>(Ledger.Start(capped, task, parent: parent), $"The {cap}'s ");
        Ledger.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.That((refusal.Reservable, held.AmountUsd), Is.EqualTo((Money.Zero, Usd(1))));
        Assert.That((await Ledger.AcceptAsync(Ledger.Start(capped, task, parent: parent))).ParentSessionId, Is.EqualTo(parent), "the reservation has expired");
    }

    [Test]
    public async Task Session_cap_of_zero_refuses_every_start()
    {
        var capped = Ledger.AddAgent(Ledger.AddTeam(new() { Session = Money.Zero }));
        var observed = Ledger.AddAgent(Ledger.AddTeam(new() { Session = Money.Zero, Enforcement = Enforcement.Observe }));

        await RefuseAsync<BudgetExceededException>(Ledger.Start(capped), "The session's budget of 0.00 USD has no money left.");

        Assert.That((await Ledger.AcceptAsync(Ledger.Start(observed))).Status, Is.EqualTo(SessionStatus.Active));
    }

    [Test]
    public async Task Refused_start_leaves_nothing()
    {
        var token = Ledger.IssueToken(Ledger.AddSession(Agent)).Token.TokenHash;
        Ledger.Pause(PauseScope.Agent, Agent);

        await Ledger.RefuseAsync<ConflictException>(Ledger.Start(Agent, token: token, key: Key("key")));

        Assert.That((Ledger.Store.Sessions.Count, Ledger.Store.ChildTokens.Count, Ledger.Store.Events.Count, Ledger.Store.Answers.Count), Is.EqualTo((1, 1, 0, 0)));
        Assert.That(Ledger.Store.Calls, Has.None.EqualTo("SaveAsync"));
    }

    [Test]
    public async Task Repeated_key_starts_no_second_session()
    {
        var outcomes = await Ledger.RunAsync(Ledger.Start(Agent, key: Key("key")), Ledger.Start(Agent, key: Key("key")));
        var later = await Ledger.RunAsync(Ledger.Start(Agent, key: Key("key")), Ledger.Start(Agent, key: Key("key", "another request")));

        Assert.That(outcomes.Concat(later).Select(outcome => outcome.Replayed), Is.EqualTo(new[] { false, true, true, false }));
        Assert.That(later[1].Refusal, Is.TypeOf<IdempotencyKeyReusedException>());
        Assert.That(Ledger.Store.Sessions, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Number_of_a_session_is_unknown_until_its_start_is_committed()
    {
        var outcomes = await Ledger.RunAsync(Ledger.Start(Agent), Ledger.Usage(1, 5, at: Noon.AddDays(-1)), Ledger.Reserve(1, 1), Ledger.Start(Agent, parent: 1));

        Assert.That(
            outcomes.Select(outcome => outcome.Refusal?.GetType()), Is.EqualTo(new[] { null, typeof(NotFoundException), typeof(NotFoundException), typeof(NotFoundException) }));
        Assert.That(await Ledger.SpendAsync(1, 5, at: Noon.AddDays(-1)), Is.Not.Null);
    }

    [Test]
    public async Task Another_agent_on_the_same_task_raises_an_alert_once_a_day()
    {
        var task = Ledger.AddTask(TeamOf(Agent));
        var other = Ledger.AddAgent(TeamOf(Agent));

        var own = await Ledger.RunAsync(Ledger.Start(Agent, task), Ledger.Start(Agent, task));
        var alertsOfOwn = Ledger.Store.Alerts.Count;
        await Ledger.RunAsync(Ledger.Start(other, task), Ledger.Start(other, task));

        var alert = Ledger.Store.Alerts.Values.Single();
        Assert.That((own.Count, alertsOfOwn), Is.EqualTo((2, 0)));
        Assert.That((alert.Kind, alert.AgentId, alert.SessionId, alert.TaskId), Is.EqualTo((AlertKind.DuplicateWork, (Guid?)other, (long?)3, (long?)task)));
        Assert.That((alert.Details.OtherAgentId, alert.Details.OtherSessionId), Is.EqualTo(((Guid?)Agent, (long?)1)));
        Assert.That(Ledger.Store.Events.Count(item => item.Kind == EventKind.Alert), Is.EqualTo(1));
    }

    [Test]
    public async Task Session_that_ends_in_the_same_transaction_is_no_duplicate_work()
    {
        var task = Ledger.AddTask(TeamOf(Agent));
        var first = (await Ledger.AcceptAsync(Ledger.Start(Agent, task))).Id;

        await Ledger.RunAsync(new EndSessionEntry(first, false, null, Noon), Ledger.Start(Ledger.AddAgent(TeamOf(Agent)), task));

        Assert.That(Ledger.Store.Alerts, Is.Empty);
    }
}
