using Entourage.Application.Abstractions;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Sessions;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Usages that share the key of their batch.</summary>
internal sealed class BatchReceiptTests
{
    private readonly TestLedger ledger = new();

    [Test]
    public async Task A_batch_that_is_sent_again_gets_the_receipts_of_the_first()
    {
        var session = ledger.StartSession(new() { Daily = Usd(2) });
        var first = await ledger.RunAsync(Batch((session, 1), (session, 2)));

        var second = await ledger.RunAsync(Batch((session, 1), (session, 2)));

        Assert.That(first.Select(outcome => outcome.Replayed), Is.EqualTo(new[] { false, false }));
        Assert.That(second.Select(outcome => outcome.Replayed), Is.EqualTo(new[] { true, true }));
        var receipts = second.Select(outcome => (UsageReceipt)outcome.Response!).ToArray();
        Assert.That(
            receipts.Select(receipt => (receipt.UsageId, receipt.Place, receipt.SessionId, receipt.OverrunUsd, receipt.Stop)),
            Is.EqualTo(first.Select((outcome, i) => (((UsageResponse)outcome.Response!).UsageId, i, session, Usd(i), i == 1))));
        Assert.That(ledger.Store.Records, Has.Count.EqualTo(2));
        Assert.That(ledger.Store.Answers, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_batch_that_is_sent_twice_in_one_transaction_counts_once()
    {
        var session = ledger.StartSession();

        var outcomes = await ledger.RunAsync([.. Batch((session, 1), (session, 2)), .. Batch((session, 1), (session, 2))]);

        Assert.That(outcomes.Select(outcome => outcome.Replayed), Is.EqualTo(new[] { false, false, true, true }));
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo((MoneyTotal)Usd(3)));
    }

    [Test]
    public async Task Each_session_of_a_batch_has_an_answer_of_its_own()
    {
        var (one, other) = (ledger.StartSession(), ledger.StartSession());

        await ledger.RunAsync(Batch((one, 1), (other, 2)));
        var again = await ledger.RunAsync(Batch((one, 1), (other, 2)));

        Assert.That(ledger.Store.Answers, Has.Count.EqualTo(2));
        Assert.That(again.Select(outcome => ((UsageReceipt)outcome.Response!).SessionId), Is.EqualTo(new[] { one, other }));
    }

    [Test]
    public async Task A_resend_adds_the_items_that_were_refused_before()
    {
        var session = ledger.StartSession();
        var held = Guid.NewGuid();
        var first = await ledger.RunAsync(Batch((session, 1, null), (session, 2, held)));
        ledger.Store.Reservations.Add(held, new()
        {
            Id = held,
            SessionId = session,
            OrganisationId = ledger.OrganisationId,
            Amount = Usd(2),
            CreatedAt = Noon,
            ExpiresAt = Noon.AddHours(2),
        });
        foreach (var budget in ledger.Store.PolicyOf(ledger.Session(session)).BudgetsAt(Noon))
        {
            ledger.Store.Counters[budget.Window] += new Domain.Budgets.Spending(Money.Zero, Usd(2));
        }

        ledger.Time.Advance(TimeSpan.FromHours(1));
        var second = await ledger.RunAsync(Batch((session, 1, null), (session, 2, held)));
        var third = await ledger.RunAsync(Batch((session, 1, null), (session, 2, held)));

        Assert.That(first[1].Refusal, Is.TypeOf<RuleViolationException>());
        Assert.That(second.Select(outcome => outcome.Replayed), Is.EqualTo(new[] { true, false }));
        Assert.That(third.Select(outcome => outcome.Replayed), Is.EqualTo(new[] { true, true }));
        Assert.That(ledger.Records.Select(record => record.Cost), Is.EqualTo(new[] { Usd(1), Usd(2) }));
        Assert.That(ledger.Store.Answers.Values.Single().CreatedAt, Is.EqualTo(Noon.AddHours(1)));
    }

    [Test]
    public async Task A_resend_may_complete_a_part_of_the_batch()
    {
        var session = ledger.StartSession();
        var whole = Batch((session, 1), (session, 2), (session, 4));
        await ledger.RunAsync(whole[0], whole[2]);

        var again = await ledger.RunAsync(Batch((session, 1), (session, 2), (session, 4)));
        var receipts = await ledger.RunAsync(Batch((session, 1), (session, 2), (session, 4)));

        Assert.That(again.Select(outcome => outcome.Replayed), Is.EqualTo(new[] { true, false, true }));
        Assert.That(receipts.Select(outcome => ((UsageReceipt)outcome.Response!).Place), Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo((MoneyTotal)Usd(7)));
    }

    [Test]
    public async Task Another_batch_under_the_key_is_refused_as_a_whole()
    {
        var (session, other) = (ledger.StartSession(), ledger.StartSession());
        await ledger.RunAsync(Batch((session, 1), (other, 2)));

        var changed = await ledger.RunAsync(Batch((session, 1), (other, 3), (session, 5)));
        var shorter = await ledger.RunAsync(Batch((session, 1)));
        var moved = await ledger.RunAsync(Batch((other, 2), (session, 1)));

        Assert.That(changed.Select(outcome => outcome.Refusal), Is.All.TypeOf<IdempotencyKeyReusedException>());
        Assert.That(shorter.Select(outcome => outcome.Replayed), Is.All.True);
        Assert.That(moved.Select(outcome => outcome.Refusal), Is.All.TypeOf<IdempotencyKeyReusedException>());
        Assert.That(ledger.Store.Records, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Another_batch_under_the_key_is_refused_within_a_transaction_too()
    {
        var session = ledger.StartSession();

        var outcomes = await ledger.RunAsync([.. Batch((session, 1), (session, 2)), .. Batch((session, 1), (session, 9)), .. Batch((session, 1))]);

        Assert.That(outcomes.Select(outcome => outcome.Refusal is null), Is.EqualTo(new[] { true, true, false, false, false }));
        Assert.That(ledger.Store.Records, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Another_key_is_another_batch()
    {
        var session = ledger.StartSession();

        await ledger.RunAsync(Batch("a", (session, 1, null)));
        await ledger.RunAsync(Batch("b", (session, 1, null)));

        Assert.That(ledger.Store.Records, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_replayed_batch_writes_nothing()
    {
        var session = ledger.StartSession();
        await ledger.RunAsync(Batch((session, 1)));
        ledger.Store.Calls.Clear();

        await ledger.RunAsync(Batch((session, 1)));

        Assert.That(ledger.Store.Calls, Does.Not.Contain("SaveAsync"));
    }

    [Test]
    public async Task A_stored_receipt_says_where_the_cost_comes_from()
    {
        var session = ledger.StartSession(model: "acme-1");
        IReadOnlyList<UsageEntry> Unpriced() => [.. Batch((session, 1)).Select(usage => usage with { ReportedCost = null })];
        await ledger.RunAsync(Unpriced());

        var receipt = (UsageReceipt)(await ledger.RunAsync(Unpriced())).Single().Response!;

        Assert.That((receipt.CostSource, receipt.Estimated, receipt.OverBudget), Is.EqualTo((CostSource.Assumed, true, false)));
    }

    private IReadOnlyList<UsageEntry> Batch(params (long Session, decimal Usd)[] items) => Batch([.. items.Select(item => (item.Session, item.Usd, (Guid?)null))]);

    private IReadOnlyList<UsageEntry> Batch(params (long Session, decimal Usd, Guid? Reservation)[] items) => Batch("the key", items);

    private IReadOnlyList<UsageEntry> Batch(string key, params (long Session, decimal Usd, Guid? Reservation)[] items)
    {
        var batch = new IdempotencyBatch(key);
        return [.. items.Select((item, place) => ledger.Usage(
            item.Session,
            item.Usd,
            reservation: item.Reservation,
            key: batch.Add($"sessions/{item.Session}", place, new { item.Usd })))];
    }
}
