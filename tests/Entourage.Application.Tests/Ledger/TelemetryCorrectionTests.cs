using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Calls that telemetry reports several times, and spans that sum up others.</summary>
internal sealed class TelemetryCorrectionTests
{
    private static readonly TokenCounts Tokens = new(1_000_000, 5, 30, 4);

    private readonly TestLedger ledger = new();

    [Test]
    public async Task A_stated_cost_replaces_an_assumed_one_later()
    {
        var session = ledger.StartSession();
        var first = await ledger.AcceptAsync(Call(session, "call"));
        ledger.Time.Advance(TimeSpan.FromMinutes(1));

        var second = await ledger.WriteAsync(Call(session, "call", usd: 2), CancellationToken.None);

        Assert.That((second.Replayed, second.Response.UsageId), Is.EqualTo((true, first.UsageId)));
        var correction = ledger.Records.Last();
        Assert.That(
            (correction.Cost, correction.AssumedCost, correction.CostSource, correction.Corrects, correction.UnpricedTokens, correction.Price),
            Is.EqualTo((Usd(2) - ((Money)first.CostUsd), Money.Zero - ((Money)first.CostUsd), CostSource.Reported, (long?)1, 0L, (LedgerPrice?)null)));
        Assert.That((correction.Entry.OccurredAt, correction.Entry.Now, correction.Entry.Tokens.Counts), Is.EqualTo((Noon, ledger.Now, default(TokenCounts))));
        Assert.That(ledger.Session(session).Cost, Is.EqualTo((MoneyTotal)Usd(2)));
        Assert.That(ledger.Store.Counters.Values.Select(counter => counter.Spent), Is.All.EqualTo((MoneyTotal)Usd(2)));
    }

    [Test]
    public async Task A_stated_cost_replaces_an_unpriced_and_a_calculated_one()
    {
        var recording = ledger.StartSession(new() { UnpricedModels = UnpricedModelRule.Record });
        await ledger.AcceptAsync(Call(recording, "one"));
        ledger.SetPrice("acme-1", 3, 15);
        var calculating = ledger.StartSession(model: "acme-1");
        await ledger.AcceptAsync(Call(calculating, "two"));

        await ledger.AcceptAsync(Call(recording, "one", usd: 2));
        await ledger.AcceptAsync(Call(calculating, "two", usd: 2));

        Assert.That((ledger.Session(recording).Cost, ledger.Session(calculating).Cost), Is.EqualTo(((MoneyTotal)Usd(2), (MoneyTotal)Usd(2))));
        Assert.That(ledger.Records.ElementAt(2).UnpricedTokens, Is.EqualTo(-1_000_039L));
    }

    [Test]
    public async Task A_usage_is_corrected_once_and_the_first_stated_cost_stays()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Call(session, "call"));

        await ledger.RunAsync(Call(session, "call", usd: 2), Call(session, "call", usd: 3));
        ledger.Store.Calls.Clear();
        await ledger.AcceptAsync(Call(session, "call", usd: 4));

        Assert.That(ledger.Session(session).Cost, Is.EqualTo((MoneyTotal)Usd(2)));
        Assert.That(ledger.Store.Calls, Does.Not.Contain("FindRecordedAsync").And.Not.Contain("SaveAsync"));
    }

    [Test]
    public async Task A_stated_cost_that_equals_the_calculated_one_corrects_nothing_and_is_not_looked_up_again()
    {
        ledger.SetPrice("acme-1", 3, 15);
        var session = ledger.StartSession(model: "acme-1");
        var first = await ledger.AcceptAsync(Call(session, "call"));

        await ledger.AcceptAsync(Call(session, "call", usd: ((Money)first.CostUsd).ToUsd()));
        ledger.Store.Calls.Clear();
        await ledger.AcceptAsync(Call(session, "call", usd: 9));

        Assert.That(ledger.Store.Records, Has.Count.EqualTo(1));
        Assert.That(ledger.Store.Calls, Does.Not.Contain("FindRecordedAsync"));
    }

    [Test]
    public async Task A_stated_cost_that_equals_the_assumed_one_still_makes_it_certain()
    {
        var session = ledger.StartSession();
        var first = await ledger.AcceptAsync(Call(session, "call"));

        await ledger.AcceptAsync(Call(session, "call", usd: ((Money)first.CostUsd).ToUsd()));

        Assert.That((ledger.Records.Last().Cost, ledger.Records.Last().AssumedCost), Is.EqualTo((Money.Zero, Money.Zero - ((Money)first.CostUsd))));
    }

    [Test]
    public async Task A_cost_that_was_stated_is_not_corrected()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Call(session, "call", usd: 1));

        await ledger.AcceptAsync(Call(session, "call", usd: 2));

        Assert.That(ledger.Session(session).Cost, Is.EqualTo((MoneyTotal)Usd(1)));
    }

    [Test]
    public async Task A_stated_cost_of_the_same_transaction_is_used_at_once()
    {
        var session = ledger.StartSession();

        await ledger.RunAsync(Call(session, "call"), Call(session, "call", usd: 2), Call(session, "other"));

        Assert.That(ledger.Records.Select(record => (record.Cost, record.CostSource)).First(), Is.EqualTo((Usd(2), CostSource.Reported)));
        Assert.That(ledger.Records.Select(record => record.CostSource), Is.EqualTo(new[] { CostSource.Reported, CostSource.Assumed }));
    }

    [Test]
    public async Task A_report_without_tokens_or_with_a_cost_above_the_bound_states_nothing()
    {
        ledger.Rules = ledger.Rules with { Bounds = new() { MaxCost = Usd(100) } };
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Call(session, "call"));

        await ledger.AcceptAsync(Call(session, "call", usd: 2, tokens: default(TokenCounts)));
        await ledger.AcceptAsync(Call(session, "call", usd: 100.000000001m));
        Assert.That(ledger.Store.Records, Has.Count.EqualTo(1));

        await ledger.AcceptAsync(Call(session, "call", usd: 100));
        Assert.That(ledger.Session(session).Cost, Is.EqualTo((MoneyTotal)Usd(100)));
    }

    [Test]
    public async Task A_correction_of_a_usage_that_was_repriced_starts_from_the_new_price()
    {
        var session = ledger.StartSession(model: "acme-1");
        await ledger.AcceptAsync(Call(session, "call"));
        ledger.SetPrice("acme-1", 3, 15);
        await ledger.AcceptAsync(new RepriceEntry(session, 1, Noon));

        await ledger.AcceptAsync(Call(session, "call", usd: 2));

        Assert.That(ledger.Session(session).Cost, Is.EqualTo((MoneyTotal)Usd(2)));
        Assert.That((ledger.Records.Last().Corrects, ledger.Records.Last().AssumedCost), Is.EqualTo(((long?)2, Money.Zero)));
    }

    [Test]
    public async Task A_correction_that_exhausts_a_cap_kills()
    {
        var session = ledger.StartSession(new() { UnpricedModels = UnpricedModelRule.Record, Daily = Usd(2), OnExceed = OnExceed.Kill });
        await ledger.AcceptAsync(Call(session, "call"));

        await ledger.AcceptAsync(Call(session, "call", usd: 2));

        Assert.That(ledger.Session(session).State.Status, Is.EqualTo(SessionStatus.Killed));
    }

    [Test]
    public async Task A_span_counts_nothing_once_a_span_below_it_has_reported()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Span(session, "inner", above: ["outer"]));

        var outcome = (await ledger.RunAsync(Span(session, "outer"))).Single();

        Assert.That((outcome.Response, outcome.Replayed), Is.EqualTo(((object)false, true)));
        Assert.That(ledger.Store.Records, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_span_counts_nothing_in_the_transaction_of_one_below_it_whatever_their_order()
    {
        var session = ledger.StartSession();

        var outcomes = await ledger.RunAsync(Span(session, "outer"), Span(session, "inner", above: ["outer"]), Span(session, "outer"));

        Assert.That(outcomes.Select(outcome => outcome.Response is false), Is.EqualTo(new[] { true, false, true }));
        Assert.That(ledger.Record.Entry.Telemetry!.Span!.Key, Is.EqualTo(Key("inner").Key));
    }

    [Test]
    public async Task What_a_span_counted_is_taken_back_when_one_below_it_reports()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5) });
        await ledger.AcceptAsync(Span(session, "outer", usd: 4));
        ledger.Time.Advance(TimeSpan.FromMinutes(1));

        var response = await ledger.AcceptAsync(Span(session, "inner", above: ["outer"], usd: 3));

        var takenBack = ledger.Records.ElementAt(1);
        Assert.That(
            (takenBack.Cost, takenBack.Corrects, takenBack.CostSource, takenBack.Entry.Tokens.Counts, takenBack.Entry.Tokens.LongCacheWrite),
            Is.EqualTo((Usd(-4), (long?)1, CostSource.Reported, new TokenCounts(-1_000_000, -5, -30, -4), -2L)));
        Assert.That((response.CostUsd, response.OverrunUsd), Is.EqualTo(((MoneyTotal)Usd(3), Money.Zero)));
        Assert.That(ledger.Session(session).Tokens, Is.EqualTo(Tokens));
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo((MoneyTotal)Usd(3)));
    }

    [Test]
    public async Task What_a_span_counted_is_taken_back_once()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Span(session, "outer", usd: 4));

        await ledger.RunAsync(Span(session, "one", above: ["outer"], usd: 1), Span(session, "two", above: ["outer"], usd: 2));
        await ledger.AcceptAsync(Span(session, "three", above: ["outer"], usd: 3));

        Assert.That(ledger.Session(session).Cost, Is.EqualTo((MoneyTotal)Usd(6)));
        Assert.That(ledger.Records.Count(record => record.Corrects is not null), Is.EqualTo(1));
    }

    [Test]
    public async Task An_assumed_or_unpriced_span_is_taken_back_as_a_whole()
    {
        var session = ledger.StartSession(new() { UnpricedModels = UnpricedModelRule.Record });
        await ledger.AcceptAsync(Span(session, "outer"));
        await ledger.AcceptAsync(Span(session, "inner", above: ["outer"]));

        Assert.That(ledger.Records.Select(record => record.UnpricedTokens), Is.EqualTo(new[] { 1_000_039L, -1_000_039L, 1_000_039L }));
        Assert.That(ledger.Store.Rollups.Values.Single().UnpricedTokens, Is.EqualTo(1_000_039L));
    }

    [Test]
    public async Task A_span_of_another_session_is_taken_back_there()
    {
        var session = ledger.StartSession();
        var other = ledger.AddSession(ledger.AgentOf(session));
        await ledger.AcceptAsync(Span(session, "outer", usd: 4));

        await ledger.AcceptAsync(Span(other, "inner", above: ["outer"], usd: 3));

        Assert.That((ledger.Session(session).Cost, ledger.Session(other).Cost), Is.EqualTo((MoneyTotal.Zero, (MoneyTotal)Usd(3))));
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo((MoneyTotal)Usd(3)));
    }

    [Test]
    public async Task A_past_day_gets_back_what_a_span_counted_in_it()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Span(session, "outer", usd: 4));
        await ledger.SpendAsync(session, 1);
        ledger.Time.Advance(TimeSpan.FromDays(1));

        await ledger.AcceptAsync(Span(session, "inner", above: ["outer"], usd: 3));

        Assert.That((ledger.TeamDay(session, Noon).Spent, ledger.TeamDay(session).Spent), Is.EqualTo(((MoneyTotal)Usd(1), (MoneyTotal)Usd(3))));
    }

    [Test]
    public async Task A_span_without_usage_passes_on_that_one_below_it_reported()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Span(session, "inner", above: ["middle"]));

        var outcome = (await ledger.RunAsync(Span(session, "outer", below: ["middle"]))).Single();
        await ledger.AcceptAsync(Span(session, "unrelated", below: ["elsewhere"]));

        Assert.That(outcome.Response, Is.False);
        Assert.That(ledger.Store.Records, Has.Count.EqualTo(2));
        Assert.That(ledger.Store.Answers, Does.ContainKey(Key("outer").Key));
    }

    [Test]
    public async Task A_covered_span_takes_back_those_above_it()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Span(session, "outer", usd: 4));
        await ledger.AcceptAsync(Span(session, "inner", above: ["middle"], usd: 1));

        await ledger.RunAsync(Span(session, "middle", above: ["outer"], usd: 2));

        Assert.That(ledger.Session(session).Cost, Is.EqualTo((MoneyTotal)Usd(1)));
    }

    [Test]
    public async Task A_span_without_tokens_is_not_remembered()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Span(session, "outer", usd: 0, tokens: default(TokenCounts)));
        await ledger.AcceptAsync(Span(session, "inner", above: ["outer"], usd: 1));

        Assert.That(ledger.Records.Count(record => record.Corrects is not null), Is.Zero);
        Assert.That(ledger.Store.Answers[Key("outer").Key].Response, Is.EqualTo("covered"));
    }

    [Test]
    public async Task A_covered_span_is_not_corrected_by_a_stated_cost()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Span(session, "outer") with { Idempotency = Key("call") });

        await ledger.RunAsync(
            Span(session, "inner", above: ["outer"], usd: 3),
            Span(session, "outer", usd: 2) with { Idempotency = Key("call") });

        Assert.That(ledger.Session(session).Cost, Is.EqualTo((MoneyTotal)Usd(3)));
    }

    [Test]
    public async Task A_replay_links_the_span_that_it_names_now_to_the_first_record()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Call(session, "call", usd: 4));
        await ledger.AcceptAsync(Span(session, "outer", usd: 4) with { Idempotency = Key("call") });

        await ledger.AcceptAsync(Span(session, "inner", above: ["outer"], usd: 3));

        Assert.That(ledger.Session(session).Cost, Is.EqualTo((MoneyTotal)Usd(3)));
    }

    [Test]
    public async Task A_replay_takes_back_the_spans_above_it()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(Span(session, "outer", usd: 4));
        await ledger.AcceptAsync(Call(session, "call", usd: 3));

        await ledger.AcceptAsync(Span(session, "inner", above: ["outer"], usd: 3) with { Idempotency = Key("call") });

        Assert.That(ledger.Session(session).Cost, Is.EqualTo((MoneyTotal)Usd(3)));
    }

    private UsageEntry Call(long session, string key, decimal? usd = null, TokenCounts? tokens = null) =>
        Entry(session, usd, tokens) with { Idempotency = Key(key), Telemetry = new(false, null, "", null, [], []) };

    private UsageEntry Span(
        long session, string span, string[]? above = null, string[]? below = null, decimal? usd = null, TokenCounts? tokens = null) =>
        Entry(session, usd, tokens) with { Telemetry = new(false, null, "", Key(span), KeysOf(above), KeysOf(below)) };

    private UsageEntry Entry(long session, decimal? usd, TokenCounts? tokens)
    {
        var entry = ledger.Usage(session, usd, tokens: tokens ?? Tokens);
        return entry with { Tokens = new BilledTokens(entry.Tokens.Counts, LongCacheWrite: tokens is null ? 2 : 0) };
    }

    private static IdempotencyToken[] KeysOf(string[]? spans) => [.. (spans ?? []).Select(span => Key(span))];
}
