using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Budgets per hour and per minute, and calls through the gateway under budgets that are resources of their own.</summary>
internal sealed class BudgetRuleCallTests
{
    private readonly TestLedger ledger = new();

    [SetUp]
    public void SetPrices()
    {
        ledger.SetPrice("opus", input: 1, output: 10);
        ledger.SetPrice("haiku", input: 0.1m, output: 1);
    }

    [Test]
    public async Task An_hourly_budget_resets_with_the_hour()
    {
        ledger.AddRule(BudgetScope.Team, "*", usd: 1, period: BudgetPeriod.Hour);
        var session = Start(LabelSet.None);
        await ledger.SpendAsync(session, 1);

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(session, 0.5m));
        ledger.Time.SetUtcNow(refusal.RetryAt!.Value);

        Assert.That((await ledger.ReserveAsync(session, 0.5m)).AmountUsd, Is.EqualTo(Usd(0.5m)));
    }

    [Test]
    public async Task A_rate_slows_and_says_when_to_come_back()
    {
        ledger.AddRule(BudgetScope.Agent, "*", usd: 1, period: BudgetPeriod.Minute);
        var session = Start(LabelSet.None);
        await ledger.SpendAsync(session, 0.9m);
        ledger.Time.Advance(TimeSpan.FromSeconds(20));
        await ledger.SpendAsync(session, 0.1m);

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(session, 0.5m));
        var answer = await ledger.SpendAsync(session, 0);
        var started = await ledger.AcceptAsync(ledger.Start(ledger.AgentOf(session)));

        Assert.That((refusal.IsRate, refusal.WaitingHelps), Is.EqualTo((true, true)));
        Assert.That(refusal.Message, Is.EqualTo($"The limit per minute for the agent of 1.00 USD has no money left. 0.50 USD cannot be reserved."));
        Assert.That(refusal.RetryAt - ledger.Now, Is.GreaterThan(TimeSpan.FromSeconds(39)).And.LessThanOrEqualTo(TimeSpan.FromSeconds(46)));
        Assert.That((answer.Budget.OverBudget, answer.Budget.Stop, answer.Budget.WaitUntil), Is.EqualTo((false, false, refusal.RetryAt)));
        Assert.That(started.Status, Is.EqualTo(SessionStatus.Active));
        ledger.Time.SetUtcNow(refusal.RetryAt!.Value);
        Assert.That((await ledger.ReserveAsync(session, 0.5m)).AmountUsd, Is.EqualTo(Usd(0.5m)));
    }

    [Test]
    public async Task A_budget_that_lasts_refuses_before_a_rate()
    {
        ledger.AddRule(BudgetScope.Agent, "*", usd: 0.1m, period: BudgetPeriod.Minute);
        var session = ledger.StartSession(new() { Daily = Usd(1) });

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(session, 2));

        Assert.That((refusal.IsRate, refusal.Tightest.Budget.Rule, refusal.WaitingHelps, refusal.RetryAt), Is.EqualTo((false, (BudgetRule?)null, false, (DateTimeOffset?)null)));
    }

    [Test]
    public async Task A_gateway_call_is_lowered_to_what_a_token_budget_has_left()
    {
        ledger.AddRule(BudgetScope.Model, "opus", tokens: 10_000);
        var session = Start(LabelSet.None, model: "opus");

        var lowered = await ledger.AcceptAsync(Call(session, "opus", input: 1_000, most: 20_000));
        var refusal = await ledger.RefuseAsync<BudgetExceededException>(Call(session, "opus", input: 1_000, most: 20_000));

        Assert.That((lowered.MaxOutputTokens, lowered.IsLowered), Is.EqualTo((8_999, true)));
        Assert.That(refusal.ReservableTokens, Is.EqualTo(1));
    }

    [Test]
    public async Task A_subscription_counts_against_token_budgets_only()
    {
        ledger.AddRule(BudgetScope.Model, "opus", usd: 0, tokens: 10_000);
        var session = Start(LabelSet.None, model: "opus");

        var call = await ledger.AcceptAsync(Call(session, "opus", input: 4_000, most: 5_000, Billing.Subscription));
        await ledger.RefuseAsync<BudgetExceededException>(Call(session, "opus", input: 4_000, most: 5_000, Billing.Subscription));

        Assert.That((call.AmountUsd, call.MaxOutputTokens), Is.EqualTo((Money.Zero, 5_000)));
    }

    [Test]
    public async Task A_rate_refuses_a_gateway_call_instead_of_lowering_it()
    {
        ledger.AddRule(BudgetScope.Model, "opus", tokens: 10_000, period: BudgetPeriod.Minute);
        var session = Start(LabelSet.None, model: "opus");
        await ledger.AcceptAsync(ledger.Usage(session, 0, tokens: new(5_000, 0)));

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(Call(session, "opus", input: 1_000, most: 5_000));

        Assert.That((refusal.IsRate, refusal.RetryAt > ledger.Now), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task A_fallback_is_decided_by_the_budgets_of_its_model()
    {
        ledger.AddRule(BudgetScope.Model, "opus", usd: 0.001m);
        var team = ledger.AddTeam(new() { ModelFallbacks = ModelFallbacks.Of([new(1, "opus", "haiku")]) });
        var session = ledger.AddSession(ledger.AddAgent(team), model: "opus");

        var call = await ledger.AcceptAsync(Call(session, "opus", input: 10_000, most: 1_000, least: 1_000));

        Assert.That(call.Model, Is.EqualTo("haiku"));
    }

    [Test]
    public async Task Searches_count_against_the_budget_of_their_own_model()
    {
        ledger.SetPrice("web-search", input: 10_000, output: 0);
        var rule = ledger.AddRule(BudgetScope.Model, "*", usd: 50);
        var session = Start(LabelSet.None, model: "opus");
        for (var i = 0; i < 2; i++)
        {
            var call = await ledger.AcceptAsync(Call(session, "opus", input: 1_000, most: 100));
            var settled = new SettleCallCommand(
                session, call.ReservationId, new(new(1_000, 100)), "opus", new(null, null, IsEstimate: false), Billing.Api, Error: null)
            {
                Searches = new("web-search", 3),
            };
            await ledger.AcceptAsync(SettleCallEntry.Of(settled, ledger.Now));
        }

        Assert.That(ledger.SpendingOf(rule), Is.EqualTo(new Spending(Usd(0.064m), MoneyTotal.Zero)));
    }

    private long Start(LabelSet labels, string? model = null) => ledger.AddSession(ledger.AddAgent(ledger.AddTeam()), labels: labels, model: model);

    private ReserveCallEntry Call(long session, string model, long input, long most, Billing billing = Billing.Api, long least = 1) =>
        new(Guid.NewGuid(), new(session, model, input, most, least, Choices: 1, billing, TtlSeconds: 600), ledger.Now);
}
