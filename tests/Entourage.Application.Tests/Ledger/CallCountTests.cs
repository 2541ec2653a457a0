using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>What a session counts of its calls through the gateway.</summary>
internal sealed class CallCountTests
{
    private const string Model = "priced";

    private readonly TestLedger ledger = new();

    [SetUp]
    public void SetPrice() => ledger.SetPrice(Model, input: 1, output: 10);

    [Test]
    public async Task A_session_counts_its_calls_and_those_with_a_lowered_output_limit()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var settled = await ReserveAsync(session, input: 100_000, most: 1_000);
        await ledger.AcceptAsync(Settle(session, settled, new(100_000, 10, 0, 0)));
        var free = await ReserveAsync(session, input: 100_000, most: 1_000);
        await ledger.AcceptAsync(new ReleaseEntry(free.ReservationId, ledger.Now) { IsOfGateway = true });

        var lowered = await ReserveAsync(session, input: 100_000, most: 200_000);

        Assert.That((settled.IsLowered, lowered.IsLowered), Is.EqualTo((false, true)));
        Assert.That(ledger.Session(session).Calls, Is.EqualTo(new CallCounts(Calls: 3, Lowered: 1)));
    }

    [Test]
    public async Task A_session_counts_the_calls_that_a_budget_refused_and_nothing_else_changes()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        await ReserveAsync(session, input: 1_000, most: 0);
        ledger.Time.Advance(TimeSpan.FromMinutes(1));
        var before = (ledger.Session(session), ledger.TeamDay(session), ledger.Store.Events.Count, ledger.Store.Reservations.Count);

        await ledger.RunAsync(Reserve(session, input: 2_000_000, most: 0), Reserve(session, input: 2_000_000, most: 0));
        await ledger.RefuseAsync<BudgetExceededException>(Reserve(session, input: 2_000_000, most: 0));

        Assert.That(ledger.Session(session).Calls, Is.EqualTo(new CallCounts(Calls: 1, Refused: 3, LastRefusedAt: ledger.Now)));
        Assert.That(
            (ledger.Session(session) with { Calls = before.Item1.Calls }, ledger.TeamDay(session), ledger.Store.Events.Count, ledger.Store.Reservations.Count),
            Is.EqualTo(before));
    }

    [Test]
    public async Task Refused_calls_do_not_keep_a_silent_session_alive()
    {
        var session = ledger.StartSession(new() { Daily = Money.Zero, AbandonedAfterMinutes = 60 });
        ledger.Time.Advance(TimeSpan.FromMinutes(61));
        await ledger.RefuseAsync<BudgetExceededException>(Reserve(session, input: 1, most: 1));

        Assert.That(await ledger.AcceptAsync(new AbandonEntry(session, IsFromTelemetry: false, ledger.Now)), Is.True);
    }

    [Test]
    public async Task A_call_that_a_stop_refused_is_not_counted()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(new KillSessionEntry(session, "enough", Lead, ledger.Now));
        var other = ledger.StartSession();
        ledger.Pause(PauseScope.Agent, ledger.AgentOf(other));

        await ledger.RefuseAsync<RuleViolationException>(Reserve(session, 1, 1));
        await ledger.RefuseAsync<ConflictException>(Reserve(other, 1, 1));

        Assert.That((ledger.Session(session).Calls, ledger.Session(other).Calls), Is.EqualTo((default(CallCounts), default(CallCounts))));
    }

    [Test]
    public async Task A_call_that_was_sent_to_another_model_is_counted_when_it_is_settled_and_once()
    {
        var session = ledger.StartSession();
        var (fallback, alias) = (await ReserveAsync(session, input: 1_000, most: 100), await ReserveAsync(session, input: 1_000, most: 100));
        var facts = new GatewayCall("expensive", ResponseId: null, IsEstimate: false);

        await ledger.AcceptAsync(Settle(session, fallback, new(1_000, 10, 0, 0), facts));
        await ledger.AcceptAsync(Settle(session, fallback, new(1_000, 10, 0, 0), facts));
        await ledger.AcceptAsync(Settle(session, alias, new(1_000, 10, 0, 0), new(null, null, IsEstimate: false) { SentModel = "alias", IsOutputLimitLowered = true }));

        Assert.That(ledger.Session(session).Calls, Is.EqualTo(new CallCounts(Calls: 2, Fallbacks: 1)));
        Assert.That(
            ledger.Records.Select(record => (record.Entry.Call!.RequestedModel, record.Entry.Call.IsOutputLimitLowered)),
            Is.EqualTo(new[] { ("expensive", false), ((string?)null, true) }));
    }

    private Task<ReservedCall> ReserveAsync(long session, long input, long most) => ledger.AcceptAsync(Reserve(session, input, most));

    private ReserveCallEntry Reserve(long session, long input, long most) =>
        new(Guid.CreateVersion7(ledger.Now), new(session, Model, input, most, LeastOutputTokens: 1, Choices: 1, Billing.Api, TtlSeconds: 3_600), ledger.Now);

    private SettleCallEntry Settle(long session, ReservedCall call, TokenCounts tokens, GatewayCall? facts = null) => SettleCallEntry.Of(
        new(session, call.ReservationId, new BilledTokens(tokens), Model, facts ?? new(null, null, IsEstimate: false), Billing.Api, Error: null), ledger.Now);
}
