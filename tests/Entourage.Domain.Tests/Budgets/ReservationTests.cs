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

    private static readonly Reservation Live = new()
    {
        Id = new("0195f3c0-0000-7000-8000-000000000004"),
        SessionId = 7,
        OrganisationId = Organisation,
        Amount = Some.Usd(2.5m),
        CreatedAt = Some.Now,
        ExpiresAt = Some.Now.AddSeconds(300),
    };

    [Test]
    public void A_new_reservation_is_live()
    {
        Assert.That((Live.Status, Live.EndedAt), Is.EqualTo((ReservationStatus.Live, (DateTimeOffset?)null)));
        Assert.That((Live.SessionId, Live.OrganisationId, Live.Amount), Is.EqualTo((7L, Organisation, Some.Usd(2.5m))));
        Assert.That((Reservation.DefaultTtlSeconds, Reservation.MaxTtlSeconds), Is.EqualTo((300, 3_600)));
    }

    [TestCase(0, true)]
    [TestCase((300 * TimeSpan.TicksPerSecond) - 1, true)]
    [TestCase(300 * TimeSpan.TicksPerSecond, false)]
    [TestCase((300 * TimeSpan.TicksPerSecond) + 1, false)]
    public void A_reservation_is_live_until_the_instant_of_its_expiry(long ticks, bool live) =>
        Assert.That(Live.IsLiveAt(Some.Now.AddTicks(ticks)), Is.EqualTo(live));

    [TestCase(ReservationStatus.Committed)]
    [TestCase(ReservationStatus.Released)]
    public void A_reservation_can_be_committed_or_released(ReservationStatus how)
    {
        var ended = Live.End(how, Some.Now.AddSeconds(9));
        Assert.That(ended, Is.EqualTo(Live with { Status = how, EndedAt = Some.Now.AddSeconds(9) }));
        Assert.That(ended.IsLiveAt(Some.Now), Is.False);
    }

    [Test]
    public void An_expired_reservation_ends_at_its_expiry() => Assert.That(
        Live.End(ReservationStatus.Expired, Some.Later), Is.EqualTo(Live with { Status = ReservationStatus.Expired, EndedAt = Live.ExpiresAt }));

    [TestCase(ReservationStatus.Committed)]
    [TestCase(ReservationStatus.Released)]
    [TestCase(ReservationStatus.Expired)]
    public void A_reservation_ends_once(ReservationStatus how) =>
        Assert.That(() => Live.End(ReservationStatus.Released, Some.Now).End(how, Some.Now), Refused.With("reservation-ended"));

    [TestCase(0, 301, 301)]
    [TestCase(299, 300, 599)]
    [TestCase(299, 1, 300)]
    [TestCase(0, 300, 300)]
    [TestCase(10, 60, 300)]
    public void An_extension_never_shortens_a_reservation(int after, int ttl, int until)
    {
        var extended = Live.Extend(TimeSpan.FromSeconds(ttl), Some.Now.AddSeconds(after));
        Assert.That(extended, Is.EqualTo(Live with { ExpiresAt = Some.Now.AddSeconds(until) }));
    }

    [Test]
    public void An_ended_or_expired_reservation_cannot_be_extended()
    {
        var hour = TimeSpan.FromHours(1);
        Assert.That(() => Live.Extend(hour, Live.ExpiresAt), Refused.With("reservation-ended"));
        Assert.That(() => Live.End(ReservationStatus.Committed, Some.Now).Extend(hour, Some.Now), Refused.With("reservation-ended"));
    }

    [Test]
    public void A_reservation_takes_from_the_budgets_of_its_whole_lifetime()
    {
        var midnight = TestTime.Parse("2026-03-05T00:00Z");
        var over = Live with { CreatedAt = midnight.AddMinutes(-1), ExpiresAt = midnight.AddTicks(1) };
        var until = over with { ExpiresAt = midnight };

        Assert.That(until.BudgetsOf(Policy), Is.EqualTo(Policy.BudgetsAt(until.CreatedAt)));
        Assert.That(over.BudgetsOf(Policy), Is.EqualTo(Policy.BudgetsDuring(over.CreatedAt, over.ExpiresAt)).And.Count.EqualTo(10));
    }

    [TestCase(ReservationStatus.Live, 1)]
    [TestCase(ReservationStatus.Committed, 2)]
    [TestCase(ReservationStatus.Released, 3)]
    [TestCase(ReservationStatus.Expired, 4)]
    public void Stored_numbers_of_reservation_statuses_never_change(ReservationStatus status, int stored) => Assert.That((int)status, Is.EqualTo(stored));
}
