using System.Text.Json;
using CsCheck;
using Entourage.Application.Ledger;
using Entourage.Domain.Stops;

using static Entourage.Application.Tests.Ledger.TestLedger;

namespace Entourage.Application.Tests.Ledger;

internal sealed class BudgetStandingCacheTests
{
    private readonly TestLedger ledger = new();
    private readonly BudgetStandingCache cache = new();

    [Test]
    public async Task Kept_check_is_answered_again_and_another_is_not()
    {
        var session = ledger.StartSession(new() { Daily = Usd(5) });
        var other = ledger.AddAgent(ledger.TeamOf(session));
        var subject = new BudgetSubject(ledger.AgentOf(session), null, SessionChoice.NewestActive);

        var read = await KeepAsync(subject);

        Assert.That(cache.Find(subject, Noon), Is.Not.Null);
        Assert.That(TextOf(cache.Find(subject, Noon)), Is.EqualTo(TextOf(read)));
        var again = cache.Find(subject, Noon);
        Assert.That(cache.Find(subject, Noon), Is.SameAs(again), "nothing has changed");
        Assert.That(cache.Find(subject with { TaskId = 7 }, Noon), Is.Null);
        Assert.That(cache.Find(subject with { Session = SessionChoice.Of([session]) }, Noon), Is.Null);
        Assert.That(cache.Find(subject with { Session = SessionChoice.Of([]) }, Noon), Is.Null);
        Assert.That(cache.Find(subject with { AgentId = other }, Noon), Is.Null);
    }

    [Test]
    public async Task Day_whose_counters_were_not_read_is_not_answered()
    {
        var subject = new BudgetSubject(ledger.AgentOf(ledger.StartSession()), null, SessionChoice.NewestActive);
        await KeepAsync(subject);

        Assert.That(cache.Find(subject, Noon.AddHours(11.9)), Is.Not.Null);
        Assert.That(cache.Find(subject, Noon.AddHours(12)), Is.Null);
    }

    [Test]
    public async Task Check_is_not_answered_once_a_reservation_has_expired()
    {
        var session = ledger.StartSession();
        await ledger.ReserveAsync(session, 1, seconds: 60);
        var subject = new BudgetSubject(ledger.AgentOf(session), null, SessionChoice.NewestActive);
        await KeepAsync(subject);
        await ApplyAsync(() => ledger.ReserveAsync(session, 1, seconds: 40));

        Assert.That(cache.Find(subject, Noon.AddSeconds(39)), Is.Not.Null);
        Assert.That(cache.Find(subject, Noon.AddSeconds(40)), Is.Null);
    }

    [Test]
    public async Task Check_that_reports_a_kill_is_not_kept()
    {
        var session = ledger.StartSession();
        await ledger.RunAsync(new KillSessionEntry(session, "enough", Lead, Noon));
        var subject = new BudgetSubject(ledger.AgentOf(session), null, SessionChoice.NewestActive);

        Assert.That((await KeepAsync(subject)).WasKilled, Is.True);
        Assert.That(cache.Find(subject, Noon), Is.Null);
    }

    [Test]
    public async Task Answers_are_those_of_the_store_after_any_steps() => await Gen.Int[0, 10].Array[1, 30].SampleAsync(
        async steps =>
        {
            var test = new BudgetStandingCacheTests();
            var sessions = new[] { test.ledger.StartSession(new() { Daily = Usd(5) }), test.ledger.StartSession() };
            sessions = [.. sessions, test.ledger.AddSession(test.ledger.AgentOf(sessions[0]), sessions[0])];
            foreach (var step in steps)
            {
                await test.TakeAsync(step, sessions[step % sessions.Length]);
                foreach (var session in sessions)
                {
                    await test.CheckAsync(new(test.ledger.AgentOf(session), null, SessionChoice.NewestActive));
                    await test.CheckAsync(new(test.ledger.AgentOf(session), null, SessionChoice.Of(test.ledger.Session(session).Path)));
                }
            }
        },
        iter: 200);

    private Task TakeAsync(int step, long session) => ApplyAsync(async () =>
    {
        switch (step)
        {
            case < 4:
                await ledger.SpendAsync(session, 0.5m);
                break;
            case < 6:
                await ledger.RunAsync(ledger.Reserve(session, 1, seconds: 90));
                break;
            case 6:
                ledger.Time.Advance(TimeSpan.FromSeconds(50));
                break;
            case 7:
                await ledger.RunAsync(new EndSessionEntry(session, false, null, ledger.Now));
                break;
            case 8:
                await ledger.RunAsync(new PauseEntry(
                    new(PauseScope.Team, ledger.TeamOf(session), ledger.TeamOf(session), ledger.OrganisationId), "lunch", ledger.Now.AddMinutes(1), Lead, ledger.Now));
                break;
            case 9:
                await ledger.RunAsync(ledger.Start(ledger.AgentOf(session)));
                break;
            default:
                ledger.Time.Advance(TimeSpan.FromHours(7));
                break;
        }
    });

    private async Task CheckAsync(BudgetSubject subject)
    {
        var kept = cache.Find(subject, ledger.Now);
        var read = await KeepAsync(subject);
        Assert.That(kept is null ? TextOf(read) : TextOf(kept), Is.EqualTo(TextOf(read)));
    }

    /// <summary>Takes a step, and applies what it has saved.</summary>
    private async Task ApplyAsync(Func<Task> step)
    {
        var before = ledger.Store.Saved;
        await step();
        if (ledger.Store.Saved is { } saved && saved != before)
        {
            cache.Apply(saved);
        }
    }

    /// <summary>Checks the budgets of the store, and keeps the result.</summary>
    private async Task<BudgetStanding> KeepAsync(BudgetSubject subject)
    {
        var reading = await BudgetStandingReader.ReadAsync(ledger.Store, new(), subject, ledger.Now);
        var nextExpiry = ledger.Store.Reservations.Values.Where(reservation => reservation.EndedAt is null).Min(reservation => (DateTimeOffset?)reservation.ExpiresAt);
        cache.Keep(subject, reading, ledger.Now, nextExpiry ?? DateTimeOffset.MaxValue);
        return reading.Standing;
    }

    private static string TextOf(BudgetStanding? standing) => JsonSerializer.Serialize(standing);
}
