using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Budgets;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

/// <summary>Entries that are sent again under an idempotency key (rule 2).</summary>
internal sealed class ReplayTests
{
    private readonly TestLedger ledger = new();

    [Test]
    public async Task A_usage_that_is_sent_again_changes_nothing_and_gets_the_first_answer()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5) });
        var first = await ledger.WriteAsync(ledger.Usage(session, 1, key: Key("a")), CancellationToken.None);
        await ledger.SpendAsync(session, 2);
        ledger.Store.Calls.Clear();

        var second = await ledger.WriteAsync(ledger.Usage(session, 1, key: Key("a")), CancellationToken.None);

        Assert.That((first.Replayed, second.Replayed), Is.EqualTo((false, true)));
        Assert.That((second.Response.UsageId, second.Response.CostUsd), Is.EqualTo((first.Response.UsageId, first.Response.CostUsd)));
        Assert.That(ledger.Store.Records, Has.Count.EqualTo(2));
        Assert.That(ledger.Store.Calls, Does.Not.Contain("SaveAsync"));
    }

    [Test]
    public async Task Duplicates_in_one_transaction_are_counted_once()
    {
        var session = ledger.StartSession();

        var outcomes = await ledger.RunAsync(ledger.Usage(session, 1, key: Key("a")), ledger.Usage(session, 1, key: Key("a")), ledger.Usage(session, 2, key: Key("b")));

        Assert.That(outcomes.Select(outcome => outcome.Replayed), Is.EqualTo(new[] { false, true, false }));
        Assert.That(outcomes[1].Response, Is.SameAs(outcomes[0].Response));
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo((MoneyTotal)Usd(3)));
        Assert.That(ledger.Store.Answers, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_retry_is_not_too_late_though_what_it_reports_has_become_too_old()
    {
        var session = ledger.StartSession();
        var first = await ledger.AcceptAsync(ledger.Usage(session, 1, key: Key("a")));
        ledger.Time.Advance(TimeSpan.FromDays(40));

        var second = await ledger.AcceptAsync(ledger.Usage(session, 1, at: Noon, key: Key("a")));

        Assert.That(second.UsageId, Is.EqualTo(first.UsageId));
    }

    [Test]
    public async Task The_same_key_with_another_request_is_refused_and_changes_nothing()
    {
        var session = ledger.StartSession();
        await ledger.AcceptAsync(ledger.Usage(session, 1, key: Key("a")));

        await ledger.RefuseAsync<IdempotencyKeyReusedException>(ledger.Usage(session, 2, key: Key("a", "another request")));

        Assert.That(ledger.Record.Cost, Is.EqualTo(Usd(1)));
    }

    [Test]
    public async Task The_same_key_with_another_request_is_refused_within_a_transaction_too()
    {
        var session = ledger.StartSession();

        var outcomes = await ledger.RunAsync(ledger.Usage(session, 1, key: Key("a")), ledger.Usage(session, 2, key: Key("a", "another request")));

        Assert.That(outcomes[1].Refusal, Is.TypeOf<IdempotencyKeyReusedException>());
        Assert.That(ledger.TeamDay(session).Spent, Is.EqualTo((MoneyTotal)Usd(1)));
    }

    [Test]
    public async Task A_reservation_that_is_sent_again_reserves_once()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var first = await ledger.AcceptAsync(ledger.Reserve(session, 1, key: Key("a")));

        var second = await ledger.WriteAsync(ledger.Reserve(session, 1, key: Key("a")), CancellationToken.None);

        Assert.That((second.Replayed, second.Response.Id, second.Response.ExpiresAt), Is.EqualTo((true, first.Id, first.ExpiresAt)));
        Assert.That(ledger.Store.Reservations, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_extension_that_is_sent_again_extends_once()
    {
        var held = await ledger.ReserveAsync(ledger.StartSession(), 1, seconds: 60);
        var first = await ledger.AcceptAsync(new ExtendEntry(held.Id, TimeSpan.FromSeconds(90), ledger.Now, Key("a")));
        ledger.Time.Advance(TimeSpan.FromSeconds(30));

        var second = await ledger.AcceptAsync(new ExtendEntry(held.Id, TimeSpan.FromSeconds(90), ledger.Now, Key("a")));

        Assert.That(second.ExpiresAt, Is.EqualTo(first.ExpiresAt));
        Assert.That(ledger.Reservation(held.Id).ExpiresAt, Is.EqualTo(Noon.AddSeconds(90)));
    }

    [Test]
    public async Task A_refusal_is_not_kept_and_may_be_granted_later()
    {
        var session = ledger.StartSession(new() { Daily = Usd(1) });
        var held = await ledger.ReserveAsync(session, 1);
        await ledger.RefuseAsync<BudgetExceededException>(ledger.Reserve(session, 1, key: Key("a")));
        await ledger.AcceptAsync(new ReleaseEntry(held.Id, Noon));

        var granted = await ledger.AcceptAsync(ledger.Reserve(session, 1, key: Key("a")));

        Assert.That(ledger.Reservation(granted.Id).Status, Is.EqualTo(ReservationStatus.Live));
    }

    [Test]
    public async Task A_stored_answer_has_the_time_and_the_hash_of_its_request()
    {
        var session = ledger.StartSession();
        var token = Key("a");

        await ledger.AcceptAsync(ledger.Usage(session, 1, key: token));

        var answer = ledger.Store.Answers[token.Key];
        Assert.That((answer.KeyHash, answer.RequestHash, answer.CreatedAt), Is.EqualTo((token.KeyHash, token.RequestHash, Noon)));
    }

    [Test]
    public async Task A_replay_of_a_plain_usage_takes_no_part_in_telemetry()
    {
        var session = ledger.StartSession();
        ledger.SetPrice("acme-1", 3, 15);
        await ledger.AcceptAsync(ledger.Usage(session, model: "acme-1", key: Key("a")));

        await ledger.AcceptAsync(ledger.Usage(session, 9, "acme-1", key: Key("a")));

        Assert.That(ledger.Store.Records, Has.Count.EqualTo(1));
    }

    [Test]
    public void Entries_without_a_key_have_none()
    {
        LedgerEntry[] entries = [new ReleaseEntry(Guid.NewGuid(), Noon), new EndSessionEntry(1, false, null, Noon), new RepriceEntry(1, 1, Noon)];

        Assert.That(entries.Select(entry => entry.Keys), Is.All.Empty);
        Assert.That(entries.Select(entry => entry.ResponseType), Is.EqualTo(new[] { typeof(bool), typeof(SessionResponse), typeof(bool) }));
    }
}
