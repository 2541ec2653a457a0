using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Access;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;
using FluentValidation;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>The handlers make entries of commands.</summary>
internal sealed class HandlerTests
{
    private readonly TestLedger ledger = new();
    private readonly IdempotentReplay replay = new();
    private readonly CallerContext caller = new() { Current = new("Ada", CallerRole.Admin) };

    [Test]
    public async Task A_usage_is_recorded_and_a_replay_noted()
    {
        var session = ledger.StartSession();
        var handler = new RecordUsageHandler(ledger, replay, ledger.Time);

        var first = await handler.Handle(Usage(session, "a"), CancellationToken.None);
        var wasReplay = replay.Happened;
        var second = await handler.Handle(Usage(session, "a"), CancellationToken.None);

        Assert.That((wasReplay, replay.Happened, second.UsageId), Is.EqualTo((false, true, first.UsageId)));
        Assert.That(() => handler.Handle(Usage(session, "a") with { CostUsd = Usd(2) }, CancellationToken.None), Throws.TypeOf<IdempotencyKeyReusedException>());
    }

    [Test]
    public async Task A_reservation_lasts_for_five_minutes_unless_said_otherwise()
    {
        var session = ledger.StartSession();
        var handler = new ReserveSpendHandler(ledger, replay, ledger.Time);

        var usual = await handler.Handle(Reserve(session, null), CancellationToken.None);
        var stated = await handler.Handle(Reserve(session, 7), CancellationToken.None);

        Assert.That((usual.ExpiresAt, stated.ExpiresAt), Is.EqualTo((Noon.AddSeconds(300), Noon.AddSeconds(7))));
    }

    [Test]
    public async Task A_reservation_of_tokens_passes_all_of_them_on()
    {
        ledger.SetPrice("acme-1", 1, 10);
        var session = ledger.StartSession();
        var handler = new ReserveSpendHandler(ledger, replay, ledger.Time);
        var command = new ReserveSpendCommand(session, null, "acme-1", 1_000_000, 200_000, 500_000, 0, null, null);

        var all = await handler.Handle(command, CancellationToken.None);
        var unstated = await handler.Handle(command with { InputTokens = null, MaxOutputTokens = null }, CancellationToken.None);

        Assert.That((all.AmountUsd, unstated.AmountUsd), Is.EqualTo((Usd(3.5m), Usd(0.5m))));
    }

    [Test]
    public async Task A_reservation_is_extended_and_released()
    {
        var held = await ledger.ReserveAsync(ledger.StartSession(), 1, seconds: 10);

        var extended = await new ExtendReservationHandler(ledger, replay, ledger.Time).Handle(new(held.Id, 90, null), CancellationToken.None);
        await new ReleaseReservationHandler(ledger, ledger.Time).Handle(new(held.Id), CancellationToken.None);

        Assert.That(extended.ExpiresAt, Is.EqualTo(Noon.AddSeconds(90)));
        Assert.That(ledger.Reservation(held.Id).Status, Is.EqualTo(ReservationStatus.Released));
    }

    [Test]
    public async Task A_session_is_started_and_a_replay_noted()
    {
        var agent = ledger.AddAgent(ledger.AddTeam());
        var handler = new StartSessionHandler(ledger, moves: null!, caller, replay, ledger.Time);
        var command = new StartSessionCommand(agent, null, "acme-1", null, null, "key");

        var first = await handler.Handle(command, CancellationToken.None);
        var wasReplay = replay.Happened;
        var second = await handler.Handle(command, CancellationToken.None);

        Assert.That((first.AgentId, first.Model, first.StartedAt), Is.EqualTo((agent, "acme-1", Noon)));
        Assert.That((wasReplay, replay.Happened, second.Id), Is.EqualTo((false, true, first.Id)));
        Assert.That(() => handler.Handle(command with { Model = "acme-2" }, CancellationToken.None), Throws.TypeOf<IdempotencyKeyReusedException>());
    }

    [TestCase(CallerRole.Agent, false)]
    [TestCase(CallerRole.Lead, true)]
    [TestCase(CallerRole.Admin, true)]
    public async Task A_lead_may_name_any_session_of_the_team_as_parent(CallerRole role, bool isAllowed)
    {
        var parent = ledger.StartSession();
        var agent = ledger.AddAgent(ledger.TeamOf(parent));
        caller.Current = new("Ada", role);
        var handler = new StartSessionHandler(ledger, moves: null!, caller, replay, ledger.Time);
        var (_, text) = ledger.IssueToken(parent);

        if (isAllowed)
        {
            Assert.That((await handler.Handle(new(agent, null, null, parent, null, null), CancellationToken.None)).ParentSessionId, Is.EqualTo(parent));
        }
        else
        {
            Assert.That(() => handler.Handle(new(agent, null, null, parent, null, null), CancellationToken.None), Throws.TypeOf<ForbiddenException>());
        }

        Assert.That((await handler.Handle(new(agent, null, null, null, text, null), CancellationToken.None)).ParentSessionId, Is.EqualTo(parent));
    }

    [TestCase(null, null, SessionStatus.Completed)]
    [TestCase(null, "it broke", SessionStatus.Failed)]
    [TestCase(SessionOutcome.Completed, "a warning", SessionStatus.Completed)]
    [TestCase(SessionOutcome.Failed, null, SessionStatus.Failed)]
    public async Task A_session_fails_when_its_agent_says_so_or_names_an_error_alone(SessionOutcome? outcome, string? error, SessionStatus status)
    {
        var response = await new EndSessionHandler(ledger, ledger.Time).Handle(new(ledger.StartSession(), outcome, error), CancellationToken.None);

        Assert.That((response.Status, response.Error, response.EndedAt), Is.EqualTo((status, error, (DateTimeOffset?)Noon)));
    }

    [Test]
    public async Task A_kill_names_the_caller()
    {
        var response = await new KillSessionHandler(ledger, caller, ledger.Time).Handle(new(ledger.StartSession(), "enough"), CancellationToken.None);

        Assert.That((response.Status, response.Error, ledger.Store.Audited.Single().Actor), Is.EqualTo((SessionStatus.Killed, "enough", "Ada")));
    }

    [Test]
    public void A_pause_cannot_expire_at_once()
    {
        var handler = new PauseHandler(null!, ledger, caller, ledger.Time);

        Assert.That(
            () => handler.Handle(new(PauseScope.Agent, Guid.NewGuid(), "lunch", Noon), CancellationToken.None),
            Throws.TypeOf<RuleViolationException>().With.Property("Field").EqualTo("ExpiresAt").And.Message.EqualTo("'expires_at' must be in the future."));
    }

    [Test]
    public async Task A_batch_answers_each_item_in_its_place()
    {
        var session = ledger.StartSession();
        var unreadable = new FormatException();

        var outcomes = await HandleAsync(null, new(null, unreadable), new(Usage(session, null)), new(Usage(session, null) with { InputTokens = -1 }), new(Usage(99, null)), new(Usage(session, null)));

        Assert.That(
            outcomes.Select(outcome => outcome.Refusal?.GetType()),
            Is.EqualTo(new[] { typeof(FormatException), null, typeof(ValidationException), typeof(NotFoundException), null }));
        Assert.That(outcomes.Select(outcome => outcome.Usage?.Place), Is.EqualTo(new int?[] { null, 1, null, null, 4 }));
        Assert.That(outcomes[0].Refusal, Is.SameAs(unreadable));
        Assert.That(replay.Happened, Is.False);
    }

    [Test]
    public async Task A_batch_is_a_replay_when_all_its_items_are()
    {
        var session = ledger.StartSession();

        var first = await HandleAsync("key", new(Usage(session, null)), new(Usage(session, "own")));
        var afterFirst = replay.Happened;
        var second = await HandleAsync("key", new(Usage(session, null)), new(Usage(session, "own")));
        var afterSecond = replay.Happened;
        await HandleAsync("key", new(Usage(session, null)), new(Usage(session, "another")));

        Assert.That((afterFirst, afterSecond, replay.Happened), Is.EqualTo((false, true, false)));
        Assert.That(second.Select(outcome => outcome.Usage), Is.EqualTo(first.Select(outcome => outcome.Usage)).Using<Sessions.UsageReceipt>((one, other) => one.UsageId == other.UsageId && one.Place == other.Place));
        Assert.That(ledger.Store.Records, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_batch_refuses_an_item_with_an_impossible_key_and_a_batch_with_one()
    {
        var session = ledger.StartSession();

        var outcomes = await HandleAsync(null, new(Usage(session, " ")), new(Usage(session, null)));

        Assert.That(outcomes.Select(outcome => outcome.Refusal?.GetType()), Is.EqualTo(new[] { typeof(InvalidInputException), null }));
        Assert.That(() => HandleAsync(" ", new UsageBatchItem(Usage(session, null))), Throws.TypeOf<InvalidInputException>());
    }

    [Test]
    public async Task A_batch_without_a_valid_item_writes_nothing()
    {
        var outcomes = await HandleAsync(null, new UsageBatchItem(null, new FormatException()));

        Assert.That(outcomes.Single().Refusal, Is.TypeOf<FormatException>());
        Assert.That(ledger.Store.Calls, Is.Empty);
    }

    [Test]
    public async Task A_caller_without_access_to_a_session_is_refused_once_for_all_its_items()
    {
        var session = ledger.StartSession();
        var handler = Handler(new());

        var outcomes = await handler.Handle(new([new(Usage(session, null)), new(Usage(session, null))], null), CancellationToken.None);

        Assert.That(outcomes[0].Refusal, Is.TypeOf<NoCallerException>());
        Assert.That(outcomes[1].Refusal, Is.SameAs(outcomes[0].Refusal));
    }

    [Test]
    public void Commands_need_the_role_that_they_say()
    {
        var id = Guid.NewGuid();
        IAuthorizedRequest[] ofAgents =
            [Usage(1, null), Reserve(1, null), new ExtendReservationCommand(id, 1, null), new ReleaseReservationCommand(id), new EndSessionCommand(1, null, null), new RecordUsageBatchCommand([], null)];

        Assert.That(ofAgents.Select(command => command.RequiredPermission().MinimumRole), Is.All.EqualTo(CallerRole.Agent));
        Assert.That(new KillSessionCommand(1, "enough").RequiredPermission(), Is.EqualTo(Permission.Lead(Resource.Session(1))));
        Assert.That(Usage(1, null).RequiredPermission(), Is.EqualTo(Permission.Agent(Resource.Session(1))));
    }

    [Test]
    public void Keys_are_scoped_to_what_a_command_adds_to()
    {
        var id = Guid.NewGuid();

        Assert.That(
            new IIdempotentCommand[] { Usage(5, null), Reserve(5, null), new ExtendReservationCommand(id, 1, null), new StartSessionCommand(id, 1, null, null, null, null) }
                .Select(command => command.IdempotencyScope),
            Is.EqualTo(new[] { "sessions/5/usage", "sessions/5/reservations", $"reservations/{id}/extend", $"agents/{id}/sessions" }));
    }

    private static RecordUsageCommand Usage(long session, string? key) =>
        new(session, 1, 2, null, null, null, false, Usd(1), null, null, null, null, Billing.Api, key);

    private static ReserveSpendCommand Reserve(long session, long? ttl) => new(session, Usd(1), null, null, null, null, null, ttl, null);

    private RecordUsageBatchHandler Handler(CallerContext callers) =>
        new(ledger, new AccessGate(callers, null!), new RecordUsageValidator(), replay, ledger.Time);

    private Task<IReadOnlyList<UsageBatchOutcome>> HandleAsync(string? key, params UsageBatchItem[] items) =>
        Handler(caller).Handle(new(items, key), CancellationToken.None);
}
