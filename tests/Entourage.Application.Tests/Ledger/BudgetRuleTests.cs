using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Budgets that are resources of their own, in the ledger's decisions.</summary>
internal sealed class BudgetRuleTests
{
    private static readonly LabelSet Acme = LabelSet.Of([new("customer", "acme")]);
    private static readonly LabelSet Other = LabelSet.Of([new("customer", "other")]);

    private readonly TestLedger ledger = new();

    [SetUp]
    public void SetPrices()
    {
        ledger.SetPrice("opus", input: 1, output: 10);
        ledger.SetPrice("haiku", input: 0.1m, output: 1);
    }

    [Test]
    public async Task A_label_is_capped_across_sessions_agents_and_teams()
    {
        var rule = ledger.AddRule(BudgetScope.Label, "customer=acme", usd: 5);
        var (first, second) = (Start(Acme), Start(Acme));
        await ledger.SpendAsync(first, 2);
        await ledger.ReserveAsync(second, 2);

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(first, 1.000000001m));
        await ledger.ReserveAsync(Start(Other), 100);

        Assert.That((refusal.Reservable, refusal.Tightest.Budget.Rule!.Id, refusal.Tightest.Budget.ScopeId), Is.EqualTo(((Money?)Usd(1), rule.Id, "customer=acme")));
        Assert.That(refusal.Message, Is.EqualTo("The daily budget for the label customer=acme of 5.00 USD has 1.00 USD left. 1.000000001 USD cannot be reserved."));
        Assert.That(ledger.SpendingOf(rule), Is.EqualTo(new Spending(Usd(2), Usd(2))));
    }

    [Test]
    public async Task Each_value_of_a_label_has_the_limit_for_itself()
    {
        ledger.AddRule(BudgetScope.Label, "customer=*", usd: 5);
        var (acme, other) = (Start(Acme), Start(Other));
        await ledger.SpendAsync(acme, 5);

        await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(acme, 0.01m));

        Assert.That((await ledger.ReserveAsync(other, 5)).AmountUsd, Is.EqualTo(Usd(5)));
        Assert.That((await ledger.ReserveAsync(Start(LabelSet.None), 50)).AmountUsd, Is.EqualTo(Usd(50)));
    }

    [Test]
    public async Task A_usage_counts_under_its_own_labels_and_model()
    {
        var ofAcme = ledger.AddRule(BudgetScope.Label, "customer=acme", usd: 50);
        var ofOther = ledger.AddRule(BudgetScope.Label, "customer=other", usd: 50);
        var ofOpus = ledger.AddRule(BudgetScope.Model, "opus", usd: 50);
        var session = Start(Acme, model: "haiku");

        await ledger.SpendAsync(session, 1);
        await ledger.AcceptAsync(ledger.Usage(session, 2, model: "opus") with { Labels = Other });

        Assert.That(
            new[] { ofAcme, ofOther, ofOpus }.Select(rule => ledger.SpendingOf(rule).Spent),
            Is.EqualTo(new MoneyTotal[] { Usd(1), Usd(2), Usd(2) }));
        Assert.That(ledger.Store.Rollups.Keys.Select(key => key.LabelSetId), Is.EquivalentTo(new[] { Acme.Id, Other.Id }));
    }

    [Test]
    public async Task Sub_agents_inherit_labels_and_add_their_own()
    {
        ledger.AddRule(BudgetScope.Label, "customer=acme", usd: 1);
        var agent = ledger.AddAgent(ledger.AddTeam());
        var parent = ledger.AddSession(agent, labels: Acme);
        var child = (await ledger.AcceptAsync(ledger.Start(agent, parent: parent) with { Labels = LabelSet.Of([new("pr", "4711")]) })).Id;

        await ledger.SpendAsync(child, 1);

        Assert.That(ledger.Session(child).Labels.Text, Is.EqualTo("customer=acme\npr=4711"));
        await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(parent, 0.01m));
        await ledger.RefuseAsync<BudgetExceededException>(ledger.Start(agent, parent: parent));
    }

    [Test]
    public async Task Too_many_labels_refuse_one_entry_and_not_the_others()
    {
        ledger.AddRule(BudgetScope.Label, "k1=v", usd: 1);
        var many = LabelSet.Of(Enumerable.Range(0, 10).Select(i => KeyValuePair.Create($"k{i}", "v")));
        var agent = ledger.AddAgent(ledger.AddTeam());
        var session = ledger.AddSession(agent, labels: many);

        var outcomes = await ledger.RunAsync(
            ledger.Usage(session, 1) with { Labels = Acme },
            ledger.Reserve(session, 0.1m) with { Labels = Acme },
            ledger.Start(agent, parent: session) with { Labels = Acme },
            ledger.Usage(session, 1) with { Labels = LabelSet.Of([new("k3", "other")]) });

        Assert.That(outcomes.Select(outcome => (outcome.Refusal as RuleViolationException)?.Code), Is.EqualTo(new[] { "validation", "validation", "validation", null }));
        Assert.That(ledger.Record.Cost, Is.EqualTo(Usd(1)));
    }

    [Test]
    public async Task A_token_budget_is_exact_and_takes_all_classes_and_billings()
    {
        var rule = ledger.AddRule(BudgetScope.Organisation, $"{ledger.OrganisationId}", tokens: 10_000);
        var session = Start(LabelSet.None, model: "opus");
        await ledger.AcceptAsync(ledger.Usage(session, 0.01m, tokens: new(1_000, 200, 30, 4)));
        await ledger.AcceptAsync(ledger.Usage(session, 0.01m, tokens: new(1_000, 0), billing: Billing.Subscription));

        var refusal = await ledger.RefuseAsync<BudgetExceededException>(OfTokens(session, 7_000, 767));
        var granted = await ledger.AcceptAsync(OfTokens(session, 7_000, 766));
        var full = await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(session, 0));

        Assert.That((refusal.ReservableTokens, refusal.Reservable), Is.EqualTo(((long?)7_766, (Money?)null)));
        Assert.That(refusal.Message, Is.EqualTo("The daily budget for the organisation of 10,000 tokens has 7,766 tokens left. 7,767 tokens cannot be reserved."));
        Assert.That(full.Tightest.Budget.Unit, Is.EqualTo(BudgetUnit.Tokens));
        Assert.That(granted.Budget.OverBudget, Is.True);
        Assert.That(ledger.SpendingOf(rule, BudgetUnit.Tokens), Is.EqualTo(new Spending(new Money(2_234), new Money(7_766))));
    }

    [Test]
    public async Task A_commit_returns_the_difference_in_both_units()
    {
        var rule = ledger.AddRule(BudgetScope.Model, "opus", usd: 50, tokens: 10_000);
        var session = Start(LabelSet.None, model: "opus");
        var reserved = await ledger.AcceptAsync(OfTokens(session, 5_000, 1_000));

        await ledger.AcceptAsync(ledger.Usage(session, 0.001m, reservation: reserved.Id, tokens: new(100, 10)));

        Assert.That(ledger.SpendingOf(rule), Is.EqualTo(new Spending(Usd(0.001m), MoneyTotal.Zero)));
        Assert.That(ledger.SpendingOf(rule, BudgetUnit.Tokens), Is.EqualTo(new Spending(new Money(110), MoneyTotal.Zero)));
        Assert.That(ledger.Record.Overrun, Is.EqualTo(Money.Zero));
    }

    [Test]
    public async Task An_expired_reservation_returns_to_rules()
    {
        var rule = ledger.AddRule(BudgetScope.Model, "*", usd: 1, tokens: 10_000);
        var session = Start(LabelSet.None, model: "opus");
        await ledger.AcceptAsync(OfTokens(session, 5_000, 1_000));
        ledger.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.That((await ledger.ReadAsync(new(ledger.AgentOf(session), null, SessionChoice.NewestActive), ledger.Now, CancellationToken.None)).Position.Budgets
            .Where(budget => budget.Budget.Rule is not null).Select(budget => budget.Spending.Reserved), Is.All.EqualTo(MoneyTotal.Zero));
        await ledger.SpendAsync(session, 0.1m);

        Assert.That((ledger.SpendingOf(rule).Reserved, ledger.SpendingOf(rule, BudgetUnit.Tokens).Reserved), Is.EqualTo((MoneyTotal.Zero, MoneyTotal.Zero)));
    }

    [Test]
    public async Task Where_one_rule_has_too_little_no_budget_is_touched()
    {
        ledger.AddRule(BudgetScope.Model, "opus", usd: 10);
        ledger.AddRule(BudgetScope.Label, "customer=acme", usd: 10, tokens: 100_000);
        ledger.AddRule(BudgetScope.Organisation, $"{ledger.OrganisationId}", tokens: 100, period: BudgetPeriod.Hour);
        var session = Start(Acme, model: "opus");

        await ledger.RefuseAsync<BudgetExceededException>(OfTokens(session, 90, 11));

        Assert.That(ledger.Store.Counters, Is.Empty);
    }

    [Test]
    public async Task A_rule_that_observes_alerts_and_refuses_nothing()
    {
        ledger.AddRule(BudgetScope.Label, "customer=acme", usd: 1, enforcement: Enforcement.Observe);
        var session = Start(Acme);

        var answer = await ledger.SpendAsync(session, 2);

        Assert.That((answer.Budget.OverBudget, (await ledger.ReserveAsync(session, 5)).AmountUsd), Is.EqualTo((false, Usd(5))));
        var alert = ledger.Store.Alerts.Values.Single();
        Assert.That((alert.Kind, alert.Details.BudgetId, alert.Details.ScopeId, alert.Details.Limit), Is.EqualTo((AlertKind.BudgetExceeded, (long?)1, "customer=acme", (Money?)Usd(1))));
    }

    [Test]
    public async Task A_rule_can_kill_although_its_team_only_stops()
    {
        ledger.AddRule(BudgetScope.Label, "customer=acme", tokens: 1_000, onExceed: OnExceed.Kill);
        var (session, other) = (Start(Acme), Start(Other));

        var answer = await ledger.AcceptAsync(ledger.Usage(session, 0, tokens: new(900, 100)));
        await ledger.AcceptAsync(ledger.Usage(other, 0, tokens: new(900, 100)));

        Assert.That((ledger.Session(session).State.Status, ledger.Session(other).State.Status), Is.EqualTo((SessionStatus.Killed, SessionStatus.Active)));
        Assert.That(answer.Budget.StopReasons, Does.Contain("budget_exceeded:label:day:1"));
    }

    [Test]
    public async Task A_token_alert_names_tokens()
    {
        ledger.AddRule(BudgetScope.Model, "opus", tokens: 1_000);
        await ledger.AcceptAsync(ledger.Usage(Start(LabelSet.None, model: "opus"), 0, tokens: new(800, 10)));

        var alert = ledger.Store.Alerts.Values.Single(raised => raised.Kind == AlertKind.Threshold);

        Assert.That(alert.Message, Is.EqualTo("80 % of the daily budget for the model opus of 1,000 tokens is used: 810 tokens."));
        Assert.That((alert.Details.MaxTokens, alert.Details.Tokens, alert.Details.Limit, alert.Details.Spent), Is.EqualTo(((long?)1_000, (long?)810, (Money?)null, (MoneyTotal?)null)));
    }

    [Test]
    public async Task A_late_price_crosses_a_rule_and_kills_under_it()
    {
        ledger.AddRule(BudgetScope.Label, "customer=acme", usd: 1, onExceed: OnExceed.Kill);
        var session = ledger.AddSession(ledger.AddAgent(ledger.AddTeam(new() { UnpricedModels = UnpricedModelRule.Record })), labels: Acme, model: "new");
        await ledger.AcceptAsync(ledger.Usage(session, tokens: new(1_000_000, 0)));
        ledger.SetPrice("new", input: 2, output: 2);

        await ledger.AcceptAsync(new RepriceEntry(session, ledger.Store.Records[0].Sequence, ledger.Now));

        Assert.That(ledger.Session(session).State.Status, Is.EqualTo(SessionStatus.Killed));
    }

    private long Start(LabelSet labels, string? model = null) => ledger.AddSession(ledger.AddAgent(ledger.AddTeam()), labels: labels, model: model);

    private ReserveEntry OfTokens(long session, long input, long output) =>
        new(Guid.NewGuid(), session, new(null, null, new(input, output)), TimeSpan.FromMinutes(5), ledger.Now, null);
}
