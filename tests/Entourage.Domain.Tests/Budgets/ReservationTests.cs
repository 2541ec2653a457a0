using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class ReservationTests
{
    private static readonly Guid Organisation = new("0195f3c0-0000-7000-8000-000000000001");

    private static readonly BudgetPolicy Policy = new()
    {
        OrganisationId = Organisation,
        OrganisationLimits = new(),
        TeamId = new("0195f3c0-0000-7000-8000-000000000002"),
        Timezone = "UTC",
        TeamLimits = new(),
        AgentId = new("0195f3c0-0000-7000-8000-000000000003"),
        SessionPath = [7],
    };

    private static readonly Reservation Held = new()
    {
        Id = new("0195f3c0-0000-7000-8000-000000000004"),
        SessionId = 7,
        OrganisationId = Organisation,
        Amount = Some.Usd(2.5m),
        CreatedAt = Some.Now,
        ExpiresAt = Some.Now.AddSeconds(300),
    };

    [Test]
    public void A_new_one_is_live_and_has_not_ended()
    {
        Assert.That((Held.Status, Held.EndedAt), Is.EqualTo((ReservationStatus.Live, (DateTimeOffset?)null)));
        Assert.That((Held.SessionId, Held.OrganisationId, Held.Amount), Is.EqualTo((7L, Organisation, Some.Usd(2.5m))));
        Assert.That((Reservation.DefaultTtlSeconds, Reservation.MaxTtlSeconds), Is.EqualTo((300, 3_600)));
    }

    [TestCase(0, true)]
    [TestCase((300 * TimeSpan.TicksPerSecond) - 1, true)]
    [TestCase(300 * TimeSpan.TicksPerSecond, false)]
    [TestCase((300 * TimeSpan.TicksPerSecond) + 1, false)]
    public void It_holds_its_money_until_the_instant_that_it_runs_out(long ticks, bool live) =>
        Assert.That(Held.IsLiveAt(Some.Now.AddTicks(ticks)), Is.EqualTo(live));

    [TestCase(ReservationStatus.Committed)]
    [TestCase(ReservationStatus.Released)]
    public void It_ends_when_it_is_told_to(ReservationStatus how)
    {
        var ended = Held.End(how, Some.Now.AddSeconds(9));
        Assert.That(ended, Is.EqualTo(Held with { Status = how, EndedAt = Some.Now.AddSeconds(9) }));
        Assert.That(ended.IsLiveAt(Some.Now), Is.False);
    }

    [Test]
    public void It_runs_out_at_its_time_whenever_that_is_noticed() => Assert.That(
        Held.End(ReservationStatus.Expired, Some.Later), Is.EqualTo(Held with { Status = ReservationStatus.Expired, EndedAt = Held.ExpiresAt }));

    [TestCase(ReservationStatus.Committed)]
    [TestCase(ReservationStatus.Released)]
    [TestCase(ReservationStatus.Expired)]
    public void It_ends_once(ReservationStatus how) =>
        Assert.That(() => Held.End(ReservationStatus.Released, Some.Now).End(how, Some.Now), Refused.With("reservation-ended"));

    [TestCase(0, 301, 301)]
    [TestCase(299, 300, 599)]
    [TestCase(299, 1, 300)]
    [TestCase(0, 300, 300)]
    [TestCase(10, 60, 300)]
    public void It_is_held_for_longer_and_never_for_less(int after, int ttl, int until)
    {
        var extended = Held.Extend(TimeSpan.FromSeconds(ttl), Some.Now.AddSeconds(after));
        Assert.That(extended, Is.EqualTo(Held with { ExpiresAt = Some.Now.AddSeconds(until) }));
    }

    [Test]
    public void One_that_has_run_out_or_ended_is_not_held_for_longer()
    {
        var hour = TimeSpan.FromHours(1);
        Assert.That(() => Held.Extend(hour, Held.ExpiresAt), Refused.With("reservation-ended"));
        Assert.That(() => Held.End(ReservationStatus.Committed, Some.Now).Extend(hour, Some.Now), Refused.With("reservation-ended"));
    }

    [Test]
    public void It_takes_from_every_budget_that_money_spent_within_its_time_could_fall_into()
    {
        var midnight = TestTime.Parse("2026-03-05T00:00Z");
        var over = Held with { CreatedAt = midnight.AddMinutes(-1), ExpiresAt = midnight.AddTicks(1) };
        var until = over with { ExpiresAt = midnight };

        Assert.That(until.BudgetsOf(Policy), Is.EqualTo(Policy.BudgetsAt(until.CreatedAt)));
        Assert.That(over.BudgetsOf(Policy), Is.EqualTo(Policy.BudgetsDuring(over.CreatedAt, over.ExpiresAt)).And.Count.EqualTo(10));
    }

    [TestCase(ReservationStatus.Live, 1)]
    [TestCase(ReservationStatus.Committed, 2)]
    [TestCase(ReservationStatus.Released, 3)]
    [TestCase(ReservationStatus.Expired, 4)]
    public void Stored_numbers_of_its_status_never_change(ReservationStatus status, int stored) => Assert.That((int)status, Is.EqualTo(stored));
}
