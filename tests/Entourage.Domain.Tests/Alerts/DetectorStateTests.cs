using CsCheck;
using Entourage.Domain.Alerts;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class DetectorStateTests
{
    private static readonly string?[] Errors = [null, "out of memory", "rate limited: try again in 5 s", "404"];

    private static readonly Gen<ObservedUsage> Usages = Gen.Select(
        Gen.Int[-2_000, 2_000],
        Gen.OneOf(Gen.Long[0, 5_000], Gen.Long[0, TokenCounts.LargestInput]),
        Gen.OneOf(Gen.Long[0, 3], Gen.Long[0, long.MaxValue / 2]),
        Gen.Int[0, 3],
        (seconds, tokens, nanos, error) => Usage(seconds, tokens, new Money(nanos), Errors[error]));

    private static ObservedUsage Usage(int seconds, long tokens, Money cost = default, string? error = null) =>
        new(42, Some.Now.AddSeconds(seconds), new TokenCounts(tokens, 0, 9_999, 9_999), cost, error, default);

    private static DetectorState After(int windowMinutes, params ObservedUsage[] usages) =>
        usages.Aggregate(DetectorState.Empty, (state, usage) => state.After(usage, windowMinutes));

    [Test]
    public void Input_and_output_tokens_within_the_window_are_counted() =>
        Assert.That(After(10, Usage(0, 100), Usage(5, 10), Usage(590, 1)).TokensInWindow, Is.EqualTo(111));

    [Test]
    public void Tokens_older_than_the_window_are_dropped()
    {
        var state = After(10, Usage(0, 100), Usage(300, 10));
        Assert.That(state.After(Usage(605, 1), 10).TokensInWindow, Is.EqualTo(11));
        Assert.That(state.After(Usage(1_000, 1), 10).TokensInWindow, Is.EqualTo(1));
    }

    [Test]
    public void Late_usage_counts_at_its_time_unless_it_is_older_than_the_window()
    {
        var state = After(10, Usage(1_000, 1));
        Assert.That(state.After(Usage(500, 10), 10).TokensInWindow, Is.EqualTo(11));
        Assert.That(state.After(Usage(399, 10, Some.Usd(1), "out of memory"), 10), Is.SameAs(state));
    }

    [Test]
    public void A_change_of_window_length_keeps_the_counted_tokens()
    {
        var state = After(10, Usage(0, 100), Usage(300, 10));
        Assert.That(state.After(Usage(301, 1), 60).TokensInWindow, Is.EqualTo(111));
        Assert.That(state.After(Usage(301, 1), 1).TokensInWindow, Is.EqualTo(11));
    }

    [Test]
    public void The_window_counts_exactly_for_any_order_of_usages() =>
        Gen.Select(Gen.Int[1, 90], Usages.Array[1, 200]).Sample((minutes, usages) =>
        {
            var counted = new Dictionary<long, long>();
            long newest = long.MinValue;
            foreach (var usage in usages)
            {
                var slice = usage.OccurredAt.ToUnixTimeSeconds() / minutes;
                if (slice > newest - DetectorState.SliceCount || newest == long.MinValue)
                {
                    newest = Math.Max(newest, slice);
                    counted[slice] = Math.Min(counted.GetValueOrDefault(slice) + usage.Tokens.Total, DetectorRules.MaxTokenLimit);
                }
            }

            return After(minutes, usages).TokensInWindow == counted.Where(slice => slice.Key > newest - DetectorState.SliceCount).Sum(slice => slice.Value);
        });

    [Test]
    public void Any_state_survives_the_round_trip_through_a_short_text() =>
        Gen.Select(Gen.Int[1, DetectorRules.MaxWindowMinutes], Usages.Array[0, 200], Gen.Long[0, long.MaxValue].Array[0, 20]).Sample((minutes, usages, keys) =>
        {
            var state = keys.Aggregate(
                After(minutes, usages),
                (muted, key) => muted.Mute($"e{Fingerprint.Of($"{key}")}", Some.Now, key % 2 == 0 ? DateTimeOffset.MaxValue : Some.Later));
            var text = state.ToString();
            var again = DetectorState.Parse(text);
            return text.Length <= DetectorState.TextLength
                && text.All(char.IsAscii)
                && again.ToString() == text
                && again.TokensInWindow == state.TokensInWindow
                && again.ErrorCount == state.ErrorCount
                && again.FirstCosts.SequenceEqual(state.FirstCosts)
                && again.LatestCosts.SequenceEqual(state.LatestCosts);
        });

    [Test]
    public void The_largest_state_fits_its_column()
    {
        var costly = Enumerable.Range(0, 60).Select(minute => Usage(60 * 24 * minute, TokenCounts.LargestInput, Money.LargestInput, "out of memory"));
        var state = costly.Aggregate(DetectorState.Empty, (seen, usage) => Enumerable.Range(0, 20).Aggregate(seen, (again, _) => again.After(usage, DetectorRules.MaxWindowMinutes)));
        for (var i = 0; i < 20; i++)
        {
            state = state.Mute($"e{Fingerprint.Of($"{i}")}", Some.Now, DateTimeOffset.MaxValue);
        }

        Assert.That(state.TokensInWindow, Is.EqualTo(60 * DetectorRules.MaxTokenLimit));
        Assert.That(state.ToString(), Has.Length.InRange(700, DetectorState.TextLength));
    }

    [TestCase("")]
    [TestCase("2;something;else")]
    public void An_empty_text_or_an_unknown_version_is_an_empty_state(string text) => Assert.That(DetectorState.Parse(text), Is.SameAs(DetectorState.Empty));

    [TestCase("1")]
    [TestCase("1;a;;;;;;;")]
    [TestCase("1;;;;;;")]
    [TestCase("1;A;;;;;")]
    [TestCase("1;a;0.!;;;;")]
    public void A_malformed_state_is_refused(string text) => Assert.That(() => DetectorState.Parse(text), Throws.TypeOf<FormatException>());

    [Test]
    public void Only_consecutive_equal_errors_are_counted()
    {
        var state = After(10, Usage(0, 1, error: "call 7 failed"), Usage(1, 1, error: "call 8  failed"));
        Assert.That(state.ErrorCount, Is.EqualTo(2));
        Assert.That(state.After(Usage(2, 1, error: "it is full"), 10).ErrorCount, Is.EqualTo(1));
        Assert.That(state.After(Usage(2, 1), 10).ErrorCount, Is.Zero);
        Assert.That(state.After(Usage(2, 1), 10).After(Usage(3, 1, error: "call 9 failed"), 10).ErrorCount, Is.EqualTo(1));
    }

    [Test]
    public void The_costs_of_the_first_and_the_latest_calls_are_kept_without_free_ones()
    {
        var state = After(10, [.. Enumerable.Range(1, 12).SelectMany(i => new[] { Usage(i, 1, new Money(i)), Usage(i, 1) })]);
        Assert.That(state.FirstCosts.Select(cost => cost.NanoUsd), Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
        Assert.That(state.LatestCosts.Select(cost => cost.NanoUsd), Is.EqualTo(new[] { 8, 9, 10, 11, 12 }));
    }

    [Test]
    public void A_finding_is_muted_until_its_time()
    {
        var state = DetectorState.Empty.Mute("r", Some.Now, Some.Later);
        Assert.That(state.IsMuted("r", Some.Later.AddSeconds(-1)), Is.True);
        Assert.That(state.IsMuted("r", Some.Later), Is.False);
        Assert.That(state.IsMuted("v", Some.Now), Is.False);
    }

    [Test]
    public void Too_many_mutes_drop_those_that_end_first()
    {
        var state = Enumerable.Range(0, 20).Aggregate(DetectorState.Empty, (muted, i) => muted.Mute($"e{i}", Some.Now, Some.Later.AddMinutes(i)))
            .Mute("v", Some.Now, DateTimeOffset.MaxValue);
        Assert.That(state.IsMuted("v", Some.Later.AddYears(100)), Is.True);
        Assert.That(state.IsMuted("e19", Some.Now), Is.True);
        Assert.That(state.IsMuted("e0", Some.Now), Is.False);
    }

    [Test]
    public void A_mute_ends_at_the_next_full_second_and_replaces_an_earlier_one()
    {
        var muted = DetectorState.Empty.Mute("r", Some.Now, Some.Later.AddTicks(1));
        Assert.That((muted.IsMuted("r", Some.Later), muted.IsMuted("r", Some.Later.AddSeconds(1))), Is.EqualTo((true, false)));
        var shortened = muted.Mute("r", Some.Now, Some.Now.AddSeconds(9));
        Assert.That(shortened.IsMuted("r", Some.Now.AddSeconds(9)), Is.False);
    }

    [Test]
    public void Ended_mutes_are_dropped()
    {
        var muted = DetectorState.Empty.Mute("r", Some.Now, Some.Later);
        Assert.That(muted.Mute("v", Some.Later, Some.Later.AddHours(1)).ToString(), Is.EqualTo(DetectorState.Empty.Mute("v", Some.Later, Some.Later.AddHours(1)).ToString()));
        Assert.That(muted.Mute("v", Some.Later.AddSeconds(-1), Some.Later.AddHours(1)).IsMuted("r", Some.Now), Is.True);
    }

    [Test]
    public void The_error_count_stops_at_a_million()
    {
        var full = DetectorState.Parse($"1;a;;{Fingerprint.OfError("full")}.{Base36.Of(1_000_000L)};;;");
        Assert.That(full.After(Usage(0, 1, error: "full"), 10).ErrorCount, Is.EqualTo(1_000_000));
        Assert.That(DetectorState.Parse($"1;a;;{Fingerprint.OfError("full")}.{Base36.Of(999_999L)};;;").After(Usage(0, 1, error: "full"), 10).ErrorCount, Is.EqualTo(1_000_000));
    }

    [Test]
    public void A_cost_above_the_largest_input_counts_as_the_largest_input()
    {
        var state = After(10, Usage(0, 1, Money.LargestInput + new Money(1)), Usage(1, 1, Money.LargestInput));
        Assert.That(state.FirstCosts, Is.All.EqualTo(Money.LargestInput));
    }

    [Test]
    public void The_text_of_a_state_is_stable()
    {
        var state = After(10, Usage(0, 36, new Money(37), "full"), Usage(60, 1, new Money(38), "full")).Mute("r", Some.Now, Some.Later);
        var slice = Some.Now.ToUnixTimeSeconds() / 10;
        Assert.That(
            state.ToString(),
            Is.EqualTo($"1;a;{Base36.Of(slice)}.10.6.1;{Fingerprint.OfError("full")}.2;11.12;;r.{Base36.Of(Some.Later.ToUnixTimeSeconds())}"));
        Assert.That(DetectorState.Empty.ToString(), Is.EqualTo("1;a;;;;;"));
    }

    [Test]
    public void Usage_in_the_oldest_slice_counts_and_one_slice_earlier_is_ignored()
    {
        var start = Some.Now.AddSeconds(-(Some.Now.ToUnixTimeSeconds() % 10));
        var state = DetectorState.Empty.After(At(0), 10);
        Assert.That(state.After(At(-590), 10).TokensInWindow, Is.EqualTo(2));
        Assert.That(state.After(At(-591), 10), Is.SameAs(state));

        ObservedUsage At(int seconds) => new(42, start.AddSeconds(seconds), new(1, 0), default, null, default);
    }

    [Test]
    public void A_slice_holds_at_most_the_largest_limit() =>
        Assert.That(
            Enumerable.Range(0, 12).Aggregate(DetectorState.Empty, (state, _) => state.After(Usage(0, TokenCounts.LargestInput), 10)).TokensInWindow,
            Is.EqualTo(DetectorRules.MaxTokenLimit));
}
