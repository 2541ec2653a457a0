using CsCheck;
using Entourage.Domain.Costs;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Costs;

internal sealed class UsageSumTests
{
    private const long Most = TokenCounts.LargestTotal;

    private static readonly Gen<MoneyTotal> Totals = Gen.Select(Gen.Long[-1_000, 1_000], Gen.Long).Select(MoneyTotal.Of);

    private static readonly Gen<UsageSum> Sums =
        from tokens in Gen.Long[0, 1_000_000].Array[5]
        from money in Totals.Array[3]
        from sessions in Gen.Int[0, 1_000]
        select new UsageSum(new(tokens[0], tokens[1], tokens[2], tokens[3]), tokens[4], money[0], money[1], sessions) { AssumedCost = money[2] };

    [Test]
    public void A_sum_survives_the_round_trip_through_its_stored_form() => Sums.Sample(sum => UsageAmounts.Of(sum).ToSum() == sum);

    [Test]
    public void Each_part_is_added_and_subtracted() => Gen.Select(Sums, Sums).Sample((left, right) =>
    {
        var sum = left + right;
        return sum.Tokens == left.Tokens + right.Tokens
            && sum.UnpricedTokens == left.UnpricedTokens + right.UnpricedTokens
            && sum.Cost == left.Cost + right.Cost
            && sum.ImputedCost == left.ImputedCost + right.ImputedCost
            && sum.AssumedCost == left.AssumedCost + right.AssumedCost
            && sum.Sessions == left.Sessions + right.Sessions
            && sum - right == left;
    });

    [Test]
    public void The_number_of_sessions_does_not_wrap()
    {
        var full = new UsageSum { Sessions = int.MaxValue };
        Assert.That(() => full + new UsageSum { Sessions = 1 }, Throws.TypeOf<OverflowException>());
        Assert.That(() => new UsageSum { Sessions = int.MinValue } - new UsageSum { Sessions = 1 }, Throws.TypeOf<OverflowException>());
        Assert.That(() => new UsageSum { UnpricedTokens = long.MinValue } - new UsageSum { UnpricedTokens = 1 }, Throws.TypeOf<OverflowException>());
    }

    [Test]
    public void Saturated_unpriced_tokens_on_either_side_are_not_compared()
    {
        var (full, part) = (new UsageSum(new(1, 2), Most, default, default, 3), new UsageSum(new(1, 2), 7, default, default, 3));
        Assert.Multiple(() =>
        {
            Assert.That(part.Agrees(part), Is.True);
            Assert.That(full.Agrees(part), Is.True);
            Assert.That(part.Agrees(full), Is.True);
            Assert.That(full.Agrees(full), Is.True);
            Assert.That(part.Agrees(part with { UnpricedTokens = 8 }), Is.False);
            Assert.That(part.Agrees(full with { AssumedCost = Some.Usd(1) }), Is.False);
            Assert.That(part.Agrees(part with { Sessions = 4 }), Is.False);
        });
    }

    [TestCase(Billing.Api, "2.00", "0.00", "0.50")]
    [TestCase(Billing.Subscription, "0.00", "2.00", "0.00")]
    public void Usage_under_a_subscription_has_an_imputed_cost_only(Billing billing, string cost, string imputed, string assumed)
    {
        var sum = UsageSum.Of(Record(billing));
        Assert.That((sum.Tokens, sum.UnpricedTokens, sum.Sessions), Is.EqualTo((new TokenCounts(1, 2, 3, 4), 5L, 0)));
        Assert.That((sum.Cost.ToString(), sum.ImputedCost.ToString(), sum.AssumedCost.ToString()), Is.EqualTo((cost, imputed, assumed)));
    }

    [Test]
    public void The_text_shows_assumed_costs_and_sessions_only_if_there_are_any()
    {
        var sum = new UsageSum(new(1, 20, 300, 4_000), 5, Some.Usd(2), Some.Usd(1), 0);
        Assert.That(sum.ToString(), Is.EqualTo("2.00 USD (1.00 imputed), 4321 tokens (5 unpriced)"));
        Assert.That(
            (sum with { AssumedCost = Some.Usd(0.5m), Sessions = 3 }).ToString(),
            Is.EqualTo("2.00 USD (1.00 imputed, 0.50 assumed), 4321 tokens (5 unpriced), 3 begun"));
    }

    [Test]
    public void The_text_shows_more_tokens_than_64_bits_hold() => Assert.That(
        new UsageSum(new(long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue), 0, default, default, 0).ToString(),
        Does.Contain("36893488147419103228 tokens"));

    [Test]
    public void Compacted_usage_adds_records_and_counts_them()
    {
        var compacted = CompactedUsage.Of(42, Some.Now, "gpt-5", 7);
        Assert.That((compacted.SessionId, compacted.QuarterAt, compacted.Model, compacted.Records), Is.EqualTo((42L, Some.Now, "gpt-5", 0L)));
        compacted.Add(Record(Billing.Api));
        compacted.Add(Record(Billing.Subscription));
        Assert.That(compacted.Records, Is.EqualTo(2));
        Assert.That(compacted.Amounts.ToSum(), Is.EqualTo(UsageSum.Of(Record(Billing.Api)) + UsageSum.Of(Record(Billing.Subscription))));
    }

    [Test]
    public void Usage_can_be_compacted_after_31_days() => Assert.That(CompactedUsage.MinAge, Is.EqualTo(TimeSpan.FromDays(31)));

    private static UsageRecord Record(Billing billing) => ((UsageRecord)Activator.CreateInstance(typeof(UsageRecord), nonPublic: true)!)
        .StoredWith("InputTokens", 1L).StoredWith("OutputTokens", 2L).StoredWith("CacheReadTokens", 3L).StoredWith("CacheWriteTokens", 4L)
        .StoredWith("UnpricedTokens", 5L).StoredWith("Cost", Some.Usd(2)).StoredWith("AssumedCost", Some.Usd(0.5m)).StoredWith("Billing", billing);
}
