using CsCheck;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Sessions;

internal sealed class UsageRecordTests
{
    private const long FiveMinutesAhead = 5 * TimeSpan.TicksPerMinute;

    private const long ThirtyDaysBack = -30 * TimeSpan.TicksPerDay;

    [TestCase(0, true)]
    [TestCase(FiveMinutesAhead, true)]
    [TestCase(FiveMinutesAhead + 1, false)]
    [TestCase(ThirtyDaysBack, true)]
    [TestCase(ThirtyDaysBack - 1, false)]
    public void Usage_may_occur_up_to_five_minutes_ahead_and_thirty_days_back(long ticksFromNow, bool may) =>
        Assert.That(UsageRecord.MayHaveOccurredAt(Some.Now.AddTicks(ticksFromNow), Some.Now), Is.EqualTo(may));

    [Test]
    public void The_offset_of_an_instant_makes_no_difference_to_its_age() =>
        Gen.Select(Gen.Long[2 * ThirtyDaysBack, 2 * FiveMinutesAhead], Gen.Int[-14, 14]).Sample((ticks, hours) =>
            UsageRecord.MayHaveOccurredAt(Some.Now.AddTicks(ticks).ToOffset(TimeSpan.FromHours(hours)), Some.Now)
            == (ticks is >= ThirtyDaysBack and <= FiveMinutesAhead));

    [Test]
    public void A_record_holds_its_stored_values()
    {
        var (id, reservation) = (Guid.CreateVersion7(Some.Now), Guid.CreateVersion7(Some.Later));
        var record = Empty()
            .StoredWith("Sequence", 9L).StoredWith("Id", id).StoredWith("SessionId", 7L).StoredWith("Model", "gpt-5")
            .StoredWith("OccurredAt", Some.Now).StoredWith("RecordedAt", Some.Later)
            .StoredWith("InputTokens", 1L).StoredWith("OutputTokens", 2L).StoredWith("CacheReadTokens", 3L).StoredWith("CacheWriteTokens", 4L)
            .StoredWith("Cost", Some.Usd(2)).StoredWith("Overrun", Some.Usd(0.5m)).StoredWith("CostSource", CostSource.Reported)
            .StoredWith("Billing", Billing.Api).StoredWith("Error", "Too long").StoredWith("ReservationId", reservation);

        Assert.That((record.Sequence, record.Id, record.SessionId, record.Model), Is.EqualTo((9L, id, 7L, "gpt-5")));
        Assert.That((record.OccurredAt, record.RecordedAt), Is.EqualTo((Some.Now, Some.Later)));
        Assert.That((record.InputTokens, record.OutputTokens, record.CacheReadTokens, record.CacheWriteTokens), Is.EqualTo((1L, 2L, 3L, 4L)));
        Assert.That((record.Cost, record.Overrun, record.CostSource, record.Billing), Is.EqualTo((Some.Usd(2), Some.Usd(0.5m), CostSource.Reported, Billing.Api)));
        Assert.That((record.Error, record.ReservationId), Is.EqualTo(("Too long", (Guid?)reservation)));
    }

    [Test]
    public void A_record_has_no_model_reservation_or_error_by_default()
    {
        var record = Empty();
        Assert.That(record.Model, Is.Empty);
        Assert.That((record.ReservationId, record.Error, record.Overrun), Is.EqualTo(((Guid?)null, (string?)null, Money.Zero)));
    }

    // Only the store creates records.
    private static UsageRecord Empty() => (UsageRecord)Activator.CreateInstance(typeof(UsageRecord), nonPublic: true)!;
}
