using CsCheck;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Calls through the gateway that a team's model fallbacks send as a cheaper model.</summary>
internal sealed class CallFallbackTests
{
    private const string Asked = "large";
    private const string Cheaper = "small";

    private readonly TestLedger ledger = new();

    [SetUp]
    public void SetPrices()
    {
        ledger.SetPrice(Asked, input: 10, output: 50);
        ledger.SetPrice(Cheaper, input: 1, output: 5);
        ledger.SetPrice("dearer", input: 20, output: 100);
    }

    [TestCase(0.79, 0, Asked)]
    [TestCase(0.8, 0, Cheaper)]
    [TestCase(0.5, 0.3, Cheaper)]
    public async Task A_call_is_sent_as_the_cheaper_model_once_its_share_is_spent_or_reserved(decimal spent, decimal reserved, string model)
    {
        var session = Start("0.8 la* small");
        await ledger.SpendAsync(session, spent);
        await ledger.ReserveAsync(session, reserved);

        var call = await ledger.AcceptAsync(Reserve(session, input: 1_000, most: 100));

        Assert.That((call.Model, call.MaxOutputTokens, call.AmountUsd), Is.EqualTo((model, 100, model == Asked ? Usd(0.015m) : Usd(0.0015m))));
    }

    [Test]
    public async Task A_call_that_does_not_fit_is_sent_as_the_cheaper_model_before_the_share_is_reached()
    {
        var session = Start("0.8 large small");

        var lowered = await ledger.AcceptAsync(Reserve(session, input: 80_000, most: 10_000, least: 3_999));
        await ledger.AcceptAsync(new ReleaseEntry(lowered.ReservationId, ledger.Now) { IsOfGateway = true });
        var sentAsOther = await ledger.AcceptAsync(Reserve(session, input: 80_000, most: 10_000, least: 4_000));

        Assert.That((lowered.Model, lowered.MaxOutputTokens), Is.EqualTo((Asked, 3_999)));
        Assert.That((sentAsOther.Model, sentAsOther.MaxOutputTokens, sentAsOther.AmountUsd), Is.EqualTo((Cheaper, 10_000, Usd(0.13m))));
    }

    [Test]
    public async Task A_call_that_fits_as_no_model_is_refused_and_reserves_nothing()
    {
        var session = Start("0.8 large small");

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(Reserve(session, input: 1_000_001, most: 0));

        Assert.That(refusal.Reservable, Is.EqualTo(Usd(1)));
        Assert.That(ledger.TeamDay(session), Is.EqualTo(default(Spending)));
    }

    [TestCase("0 large unlisted", Asked)]
    [TestCase("0 large dearer", Asked)]
    [TestCase("0.5 large small\n0 large dearer", Asked)]
    [TestCase("0 large dearer\n0 large small", Cheaper)]
    [TestCase("0 other small", Asked)]
    [TestCase("0 LARGE small", Cheaper)]
    public async Task A_fallback_without_a_price_or_with_a_higher_one_is_passed_over(string fallbacks, string model) =>
        Assert.That((await ledger.AcceptAsync(Reserve(Start(fallbacks), input: 1_000, most: 100))).Model, Is.EqualTo(model));

    [Test]
    public async Task A_fallback_has_its_own_output_limit_and_input_bound_and_may_not_take_the_call()
    {
        var session = Start("0 large small");

        var taken = await ledger.AcceptAsync(Reserve(session, 1_000, 100) with { Command = Command(session, 1_000, 100) with { BoundAs = _ => new(2_000, 50) } });
        var tooLong = await ledger.AcceptAsync(Reserve(session, 1_000, 100) with { Command = Command(session, 1_000, 100) with { BoundAs = _ => new(long.MaxValue, 50) } });
        var notTaken = await ledger.AcceptAsync(Reserve(session, 1_000, 100) with { Command = Command(session, 1_000, 100) with { BoundAs = _ => null } });

        Assert.That((taken.Model, taken.MaxOutputTokens, taken.AmountUsd), Is.EqualTo((Cheaper, 50, Usd(0.00225m))));
        Assert.That((tooLong.Model, notTaken.Model), Is.EqualTo((Asked, Asked)));
    }

    [Test]
    public async Task A_call_of_a_subscription_keeps_its_model() => Assert.That(
        (await ledger.AcceptAsync(Reserve(Start("0 large small"), 1_000, 100, billing: Billing.Subscription))).Model, Is.EqualTo(Asked));

    [Test]
    public async Task A_model_without_a_price_is_refused_before_its_fallback_if_the_team_refuses_such_models()
    {
        var session = ledger.StartSession(new() { UnpricedModels = UnpricedModelRule.Refuse, ModelFallbacks = ModelFallbacks.Parse("0 unlisted small") });

        var refusal = await ledger.RefuseAsync<RuleViolationException>(Reserve(session, 1_000, 100, "unlisted"));

        Assert.That(refusal.Code, Is.EqualTo("unpriced-model"));
    }

    [TestCase("answered-as", Cheaper, "0.0015")]
    [TestCase("dearer", "dearer", "0.03")]
    public async Task A_settled_call_costs_the_price_of_the_model_that_answered_or_else_of_the_one_that_was_sent(string answered, string recorded, decimal usd)
    {
        var session = Start("0 large small");
        var call = await ledger.AcceptAsync(Reserve(session, 1_000, 100));
        var facts = new GatewayCall(Asked, ResponseId: null, IsEstimate: false) { SentModel = call.Model };

        await ledger.AcceptAsync(SettleCallEntry.Of(
            new(session, call.ReservationId, new(new(1_000, 100, 0, 0)), answered, facts, Billing.Api, Error: null), ledger.Now));

        Assert.That((ledger.Record.Model, ledger.Record.Sum.Cost, ledger.Record.Entry.Call!.RequestedModel), Is.EqualTo((recorded, (MoneyTotal)Usd(usd), Asked)));
    }

    [Test]
    public void A_fallback_never_reserves_more_than_the_model_of_the_call_would() => Gen.Select(
        Gen.Select(Gen.Int[0, 20], Gen.Int[0, 20], Gen.Int[0, 20], Gen.Int[0, 20]),
        Gen.Select(Gen.Int[0, 50_000], Gen.Int[0, 20_000], Gen.Int[0, 100]),
        Gen.Int[0, 10],
        Gen.Int[0, 10_000]).Sample(
        (prices, call, tenths, ownLimit) =>
        {
            var own = new TestLedger();
            own.SetPrice(Asked, prices.Item1, prices.Item2);
            own.SetPrice(Cheaper, prices.Item3, prices.Item4);
            var with = own.StartSession(new() { Daily = Usd(1), ModelFallbacks = ModelFallbacks.Parse("0.5 large small") });
            own.SpendAsync(with, tenths / 10m).GetAwaiter().GetResult();
            var bounds = new CallBound(call.Item1 * 2, Math.Min(ownLimit, call.Item2));
            var entry = Reserve(with, call.Item1, call.Item2, least: call.Item3);
            var outcome = own.RunAsync(entry with { Command = entry.Command with { BoundAs = _ => bounds } }).GetAwaiter().GetResult().Single();

            var mostAsAsked = Usd(((call.Item1 * prices.Item1) + (call.Item2 * prices.Item2)) / 1_000_000m);
            return outcome.Response is not ReservedCall reserved
                || (reserved.AmountUsd <= mostAsAsked
                    && reserved.AmountUsd <= Usd(1 - (tenths / 10m))
                    && (reserved.Model == Asked || reserved.MaxOutputTokens <= bounds.MaxOutputTokens));
        },
        iter: 500);

    private long Start(string fallbacks) => ledger.StartSession(new() { Daily = Usd(1), ModelFallbacks = ModelFallbacks.Parse(fallbacks) });

    private static ReserveCallCommand Command(long session, long input, long most, long least = 1, string model = Asked, Billing billing = Billing.Api) =>
        new(session, model, input, most, least, Choices: 1, billing, TtlSeconds: 3_600);

    private static ReserveCallEntry Reserve(long session, long input, long most, string model = Asked, long least = 1, Billing billing = Billing.Api) =>
        new(Guid.NewGuid(), Command(session, input, most, least, model, billing), Noon);
}
