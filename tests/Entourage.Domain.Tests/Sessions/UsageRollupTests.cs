using CsCheck;
using Entourage.Domain.Costs;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Sessions;

internal sealed class UsageRollupTests
{
    [TestCase("2026-03-04T05:00:00.0000000Z", "2026-03-04T05:00Z")]
    [TestCase("2026-03-04T05:14:59.9999999Z", "2026-03-04T05:00Z")]
    [TestCase("2026-03-04T05:15:00.0000000Z", "2026-03-04T05:15Z")]
    [TestCase("2026-03-04T05:44:00.0000000Z", "2026-03-04T05:30Z")]
    [TestCase("2026-03-04T23:59:59.9999999Z", "2026-03-04T23:45Z")]
    [TestCase("2026-03-04T00:10:00.0000000+05:45", "2026-03-03T18:15Z")]
    public void A_quarter_begins_on_the_hour_and_every_fifteen_minutes(string instant, string quarter)
    {
        var begins = UsageRollup.QuarterOf(TestTime.Parse(instant));
        Assert.That(begins, Is.EqualTo(TestTime.Parse(quarter)));
        Assert.That(begins.Offset, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void Every_instant_is_within_its_quarter() =>
        Gen.Select(Gen.DateTime[new DateTime(1990, 1, 1), new DateTime(2035, 12, 31)], Gen.Int[-48, 56]).Sample((utc, offset) =>
        {
            var instant = new DateTimeOffset(utc, TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(15 * offset));
            var begins = UsageRollup.QuarterOf(instant);
            return begins <= instant
                && instant < begins + UsageRollup.Quarter
                && begins.UtcTicks % UsageRollup.Quarter.Ticks == 0
                && UsageRollup.QuarterOf(begins) == begins;
        });

    [Test]
    public void A_session_starts_with_an_empty_rollup()
    {
        var session = Session.Start(Some.Agent(), task: null, parent: null, "claude-opus", Some.Now).StoredAs(42);
        var bucket = UsageRollup.OfStart(session);
        Assert.That(bucket.TeamId, Is.EqualTo(session.TeamId));
        Assert.That(bucket.QuarterAt, Is.EqualTo(new DateTimeOffset(2026, 3, 4, 5, 0, 0, TimeSpan.Zero)));
        Assert.That(bucket.SessionId, Is.EqualTo(42));
        Assert.That(bucket.Model, Is.EqualTo("claude-opus"));
        Assert.That((bucket.InputTokens, bucket.OutputTokens, bucket.CacheReadTokens, bucket.CacheWriteTokens), Is.EqualTo((0L, 0L, 0L, 0L)));
        Assert.That((bucket.UnpricedTokens, bucket.CostNanoUsd, bucket.ImputedCostNanoUsd), Is.EqualTo((0L, 0L, 0L)));
        Assert.That(bucket.Sessions, Is.EqualTo(1));
    }

    [Test]
    public void A_session_without_a_model_starts_a_rollup_with_an_empty_model() =>
        Assert.That(UsageRollup.OfStart(Some.Session()).Model, Is.Empty);

    [Test]
    public void A_rollup_holds_the_sum_of_its_usage()
    {
        var team = Some.Team().Id;
        var bucket = UsageRollup.Create(team, Some.Now, 42, "gpt-5", 7, new UsageSum(new(1, 2, 3, 4), 10, Some.Usd(1.5m), Some.Usd(0.25m), 1));
        Assert.That((bucket.TeamId, bucket.QuarterAt, bucket.SessionId, bucket.Model), Is.EqualTo((team, Some.Now, 42L, "gpt-5")));
        Assert.That((bucket.InputTokens, bucket.OutputTokens, bucket.CacheReadTokens, bucket.CacheWriteTokens), Is.EqualTo((1L, 2L, 3L, 4L)));
        Assert.That((bucket.UnpricedTokens, bucket.CostNanoUsd, bucket.ImputedCostNanoUsd), Is.EqualTo((10L, 1_500_000_000L, 250_000_000L)));
        Assert.That(bucket.Sum, Is.EqualTo(new UsageSum(new(1, 2, 3, 4), 10, Some.Usd(1.5m), Some.Usd(0.25m), 1)));
    }

    [Test]
    public void A_rollup_holds_billions_and_assumed_costs_in_two_parts()
    {
        var sum = new UsageSum(default, 0, MoneyTotal.Of(3, 4), MoneyTotal.Of(5, 6), 0) { AssumedCost = MoneyTotal.Of(1, 2) };
        var rollup = UsageRollup.Create(Guid.Empty, Some.Now, 42, "gpt-5", 7, sum);
        Assert.That((rollup.CostBillionUsd, rollup.CostNanoUsd, rollup.Cost), Is.EqualTo((3L, 4L, sum.Cost)));
        Assert.That((rollup.ImputedCostBillionUsd, rollup.ImputedCostNanoUsd), Is.EqualTo((5L, 6L)));
        Assert.That((rollup.AssumedCostBillionUsd, rollup.AssumedCostNanoUsd), Is.EqualTo((1L, 2L)));
        Assert.That(rollup.Sum, Is.EqualTo(sum));
    }
}
