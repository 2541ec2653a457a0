using CsCheck;
using Entourage.Domain.Alerts;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class SessionWatchTests
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
        usages.Aggregate(DetectorState.Empty, (watch, usage) => watch.After(usage, windowMinutes));

    [Test]
    public void Tokens_are_input_and_output_within_the_window() =>
        Assert.That(After(10, Usage(0, 100), Usage(5, 10), Usage(590, 1)).TokensInWindow, Is.EqualTo(111));

    [Test]
    public void What_is_older_than_the_window_falls_out_of_it()
    {
        var watch = After(10, Usage(0, 100), Usage(300, 10));
        Assert.That(watch.After(Usage(605, 1), 10).TokensInWindow, Is.EqualTo(11));
        Assert.That(watch.After(Usage(1_000, 1), 10).TokensInWindow, Is.EqualTo(1));
    }

    [Test]
    public void Late_usage_counts_where_it_happened_and_from_before_the_window_for_nothing()
    {
        var watch = After(10, Usage(1_000, 1));
        Assert.That(watch.After(Usage(500, 10), 10).TokensInWindow, Is.EqualTo(11));
        Assert.That(watch.After(Usage(399, 10, Some.Usd(1), "out of memory"), 10), Is.SameAs(watch));
    }

    [Test]
    public void Another_window_keeps_what_is_known()
    {
        var watch = After(10, Usage(0, 100), Usage(300, 10));
        Assert.That(watch.After(Usage(301, 1), 60).TokensInWindow, Is.EqualTo(111));
        Assert.That(watch.After(Usage(301, 1), 1).TokensInWindow, Is.EqualTo(11));
    }

    [Test]
    public void It_counts_exactly_what_is_in_the_window_whatever_comes_in_which_order() =>
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
    public void It_is_written_and_read_again_in_less_than_a_thousand_characters() =>
        Gen.Select(Gen.Int[1, DetectorRules.MaxWindowMinutes], Usages.Array[0, 200], Gen.Long[0, long.MaxValue].Array[0, 20]).Sample((minutes, usages, keys) =>
        {
            var watch = keys.Aggregate(
                After(minutes, usages),
                (muted, key) => muted.Mute($"e{Fingerprint.Of($"{key}")}", Some.Now, key % 2 == 0 ? DateTimeOffset.MaxValue : Some.Later));
            var text = watch.ToString();
            var again = DetectorState.Parse(text);
            return text.Length <= DetectorState.TextLength
                && text.All(char.IsAscii)
                && again.ToString() == text
                && again.TokensInWindow == watch.TokensInWindow
                && again.ErrorCount == watch.ErrorCount
                && again.FirstCosts.SequenceEqual(watch.FirstCosts)
                && again.LatestCosts.SequenceEqual(watch.LatestCosts);
        });

    [Test]
    public void The_fullest_one_fits()
    {
        var costly = Enumerable.Range(0, 60).Select(minute => Usage(60 * 24 * minute, TokenCounts.LargestInput, Money.LargestInput, "out of memory"));
        var watch = costly.Aggregate(DetectorState.Empty, (seen, usage) => Enumerable.Range(0, 20).Aggregate(seen, (again, _) => again.After(usage, DetectorRules.MaxWindowMinutes)));
        for (var i = 0; i < 20; i++)
        {
            watch = watch.Mute($"e{Fingerprint.Of($"{i}")}", Some.Now, DateTimeOffset.MaxValue);
        }

        Assert.That(watch.TokensInWindow, Is.EqualTo(60 * DetectorRules.MaxTokenLimit));
        Assert.That(watch.ToString(), Has.Length.InRange(700, DetectorState.TextLength));
    }

    [TestCase("")]
    [TestCase("2;something;else")]
    public void What_is_not_in_this_form_has_seen_nothing(string text) => Assert.That(DetectorState.Parse(text), Is.SameAs(DetectorState.Empty));

    [TestCase("1")]
    [TestCase("1;a;;;;;;;")]
    [TestCase("1;;;;;;")]
    [TestCase("1;A;;;;;")]
    [TestCase("1;a;0.!;;;;")]
    public void What_was_not_written_as_one_is_refused(string text) => Assert.That(() => DetectorState.Parse(text), Throws.TypeOf<FormatException>());

    [Test]
    public void The_same_error_is_counted_while_it_comes_in_a_row()
    {
        var watch = After(10, Usage(0, 1, error: "call 7 failed"), Usage(1, 1, error: "call 8  failed"));
        Assert.That(watch.ErrorCount, Is.EqualTo(2));
        Assert.That(watch.After(Usage(2, 1, error: "it is full"), 10).ErrorCount, Is.EqualTo(1));
        Assert.That(watch.After(Usage(2, 1), 10).ErrorCount, Is.Zero);
        Assert.That(watch.After(Usage(2, 1), 10).After(Usage(3, 1, error: "call 9 failed"), 10).ErrorCount, Is.EqualTo(1));
    }

    [Test]
    public void The_costs_of_the_first_calls_and_of_the_latest_are_kept_and_free_ones_count_for_nothing()
    {
        var watch = After(10, [.. Enumerable.Range(1, 12).SelectMany(i => new[] { Usage(i, 1, new Money(i)), Usage(i, 1) })]);
        Assert.That(watch.FirstCosts.Select(cost => cost.NanoUsd), Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
        Assert.That(watch.LatestCosts.Select(cost => cost.NanoUsd), Is.EqualTo(new[] { 8, 9, 10, 11, 12 }));
    }

    [Test]
    public void What_is_muted_is_so_until_its_time()
    {
        var watch = DetectorState.Empty.Mute("r", Some.Now, Some.Later);
        Assert.That(watch.IsMuted("r", Some.Later.AddSeconds(-1)), Is.True);
        Assert.That(watch.IsMuted("r", Some.Later), Is.False);
        Assert.That(watch.IsMuted("v", Some.Now), Is.False);
    }

    [Test]
    public void Of_too_much_that_is_muted_what_ends_last_is_remembered()
    {
        var watch = Enumerable.Range(0, 20).Aggregate(DetectorState.Empty, (muted, i) => muted.Mute($"e{i}", Some.Now, Some.Later.AddMinutes(i)))
            .Mute("v", Some.Now, DateTimeOffset.MaxValue);
        Assert.That(watch.IsMuted("v", Some.Later.AddYears(100)), Is.True);
        Assert.That(watch.IsMuted("e19", Some.Now), Is.True);
        Assert.That(watch.IsMuted("e0", Some.Now), Is.False);
    }
}
