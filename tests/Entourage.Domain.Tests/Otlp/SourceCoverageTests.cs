using System.Globalization;
using Entourage.Domain.Otlp;

namespace Entourage.Domain.Tests.Otlp;

internal sealed class SourceCoverageTests
{
    private const string Model = "claude-opus-5";

    private static readonly DateTimeOffset Start = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_call_and_its_sum_are_counted_once_in_either_order()
    {
        var (callFirst, sumFirst) = (SourceCoverage.Parse(""), SourceCoverage.Parse(""));
        Assert.Multiple(() =>
        {
            Assert.That(callFirst.TakeCall("c", At(30), Model, Of(10, 0.5m)), Is.EqualTo(Of(10, 0.5m)));
            Assert.That(Sum(callFirst, 0, 60, Of(10, 0.5m)), Is.Null);
            Assert.That(Sum(sumFirst, 0, 60, Of(10, 0.5m)), Is.EqualTo(Of(10, 0.5m)));
            Assert.That(sumFirst.TakeCall("c", At(30), Model, Of(10, 0.5m)), Is.Null);
        });
    }

    [Test]
    public void A_sum_counts_only_what_exceeds_the_calls_in_its_interval()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("1", At(10), Model, Of(10, 0.5m));
        coverage.TakeCall("2", At(100), Model, Of(10, 0.5m));

        Assert.That(Sum(coverage, 0, 60, Of(30, 1.5m)), Is.EqualTo(Of(20, 1m)), "two calls were lost");
        Assert.That(coverage.TakeCall("3", At(20), Model, Of(10, 0.5m)), Is.Null, "one of them was only late");
        Assert.That(coverage.TakeCall("4", At(50), Model, Of(15, 0.75m)), Is.EqualTo(Of(5, 0.25m)), "the sum had less");
    }

    [Test]
    public void A_repeated_call_or_sum_gets_the_same_answer()
    {
        var coverage = SourceCoverage.Parse("");
        Sum(coverage, 0, 60, Of(15, 1m));
        coverage.TakeCall("absorbed", At(10), "a;b|c,d", Of(10, 0.5m));
        coverage.TakeCall("partly", At(11), Model, Of(10, 0.5m));
        coverage.TakeCall("whole", At(70), Model, Of(10, null));

        var again = SourceCoverage.Parse(coverage.ToString());

        Assert.Multiple(() =>
        {
            Assert.That(again.ToString(), Is.EqualTo(coverage.ToString()));
            Assert.That(Sum(again, 0, 60, Of(15, 1m)), Is.Null);
            Assert.That(again.TakeCall("absorbed", At(10), Model, Of(10, 0.5m)), Is.Null);
            Assert.That(again.TakeCall("partly", At(11), Model, Of(10, 0.5m)), Is.EqualTo(Of(5, 0)));
            Assert.That(again.TakeCall("whole", At(70), Model, Of(10, 0.7m)), Is.EqualTo(Of(10, 0.7m)), "with the cost that it states now");
        });
    }

    [Test]
    public void A_call_without_a_cost_is_priced_and_not_costed_by_the_sum()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("1", At(10), Model, Of(10, null));

        Assert.That(Sum(coverage, 0, 60, Of(10, 0.5m)), Is.Null);
        coverage.TakeCall("2", At(70), Model, Of(10, null));
        Assert.That(Sum(coverage, 60, 120, Of(30, 1.5m)), Is.EqualTo(Of(20, null)));
    }

    [Test]
    public void Different_model_names_for_calls_and_sums_count_no_usage_twice()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("1", At(10), "claude-opus-5[1m]", Of(10, 0.5m));
        coverage.TakeCall("2", At(10), "claude-haiku-5", Of(4, 0.1m));

        var counted = coverage.TakeSums([Of("a", 0, 60, "claude-haiku-5", Of(4, 0.1m)), Of("b", 0, 60, "claude-opus-5", Of(10, 0.5m))]);

        Assert.That(counted, Is.All.Null);
    }

    [Test]
    public void Tokens_and_cost_in_two_sums_match_the_same_call()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("1", At(10), Model, Of(10, 0.5m));

        Assert.That(Sum(coverage, 0, 60, Of(10, null), "tokens"), Is.Null);
        Assert.That(Sum(coverage, 0, 60, Of(0, 0.5000000000000001m), "cost"), Is.Null);
    }

    [Test]
    public void Overlapping_sums_of_two_processes_are_both_counted()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("1", At(40), Model, Of(10, 0.5m));

        Assert.That((Sum(coverage, 0, 60, Of(10, 0.5m)), Sum(coverage, 30, 90, Of(7, 0.3m))), Is.EqualTo(((SourceAmounts?)null, Of(7, 0.3m))));
    }

    [Test]
    public void A_call_truncated_into_the_previous_interval_is_counted_once()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("1", At(60), Model, Of(10, 0.5m));

        Assert.That(Sum(coverage, 0, 60, Of(3, 0.1m)), Is.Null, "the call has more than the sum");
        Assert.That(Sum(coverage, 60, 120, Of(7, 0.4m)), Is.Null);
    }

    [Test]
    public void Intervals_of_the_first_version_are_not_counted_again()
    {
        var coverage = SourceCoverage.Parse($"{At(0).UtcTicks}-{At(50).UtcTicks};{At(10).UtcTicks}-{At(60).UtcTicks}");

        Assert.That(Sum(coverage, 0, 60, Of(10, 0.5m)), Is.Null);
        Assert.That(Sum(SourceCoverage.Parse(coverage.ToString()), 60, 120, Of(10, 0.5m)), Is.EqualTo(Of(10, 0.5m)));
    }

    [Test]
    public void The_text_stays_bounded_for_any_number_of_calls_and_sums()
    {
        var coverage = SourceCoverage.Parse("");
        var counted = 0m;
        for (var minute = 0; minute < 2_000; minute++)
        {
            counted += coverage.TakeCall($"{minute}", At(60 * minute), Model, Of(10, 0.5m))?.Input ?? 0;
            if (minute % 7 == 0)
            {
                Sum(coverage, 60 * minute, (60 * minute) + 30, Of(1, 0.01m));
            }
        }

        Assert.That(coverage.ToString(), Has.Length.LessThan((SourceCoverage.MaxCalls + SourceCoverage.MaxSums) * 100));
        counted += Sum(coverage, -1, 60 * 2_000, Of(20_000, 1_000m), "all")?.Input ?? 0;
        Assert.That(counted, Is.InRange(20_000m, 20_000m + (2_000 / 7) + 1), "one sum of the whole time adds only what merged sums had counted");
    }

    [Test]
    public void Cost_of_tokens_that_were_already_priced_is_not_counted()
    {
        var coverage = SourceCoverage.Parse("");

        Assert.That(Sum(coverage, 0, 60, Of(10, null), "tokens"), Is.EqualTo(Of(10, null)), "priced here");
        Assert.That(Sum(coverage, 0, 60, Of(0, 0.5m), "cost"), Is.Null);
        Assert.That(Sum(coverage, 60, 120, Of(0, 0.5m), "of another interval"), Is.EqualTo(Of(0, 0.5m)));
        Assert.That(coverage.TakeSums([Of("of another model", 0, 60, "claude-haiku-5", Of(0, 0.3m))]), Is.EqualTo(new[] { Of(0, 0.3m) }));
    }

    [Test]
    public void Tokens_whose_cost_was_already_counted_are_free()
    {
        var coverage = SourceCoverage.Parse("");

        Assert.That(Sum(coverage, 0, 60, Of(0, 0.5m), "cost"), Is.EqualTo(Of(0, 0.5m)));
        Assert.That(Sum(coverage, 0, 60, Of(10, null), "tokens"), Is.EqualTo(Of(10, 0)));
        Assert.That(Sum(coverage, 60, 120, Of(10, null), "of another interval"), Is.EqualTo(Of(10, null)));
        Assert.That(coverage.TakeSums([Of("of another model", 0, 60, "claude-haiku-5", Of(10, null))]), Is.EqualTo(new[] { Of(10, null) }));
    }

    [TestCase(0, "0.0000009", ExpectedResult = null, Description = "nothing is left")]
    [TestCase(0, "0.000001", ExpectedResult = "0/0.000001")]
    [TestCase(5, "0.0000009", ExpectedResult = "5/", Description = "the tokens are priced")]
    [TestCase(5, "0.000001", ExpectedResult = "5/0.000001")]
    public string? A_cost_below_the_error_of_floating_point_sums_is_none(int tokens, string cost) =>
        Sum(SourceCoverage.Parse(""), 0, 60, Of(tokens, decimal.Parse(cost, CultureInfo.InvariantCulture))) is { } counted
            ? string.Create(CultureInfo.InvariantCulture, $"{counted.Input}/{counted.CostUsd}")
            : null;

    [Test]
    public void The_rest_of_a_call_is_priced_if_its_sum_was()
    {
        var coverage = SourceCoverage.Parse("");
        Sum(coverage, 0, 60, Of(10, null));

        Assert.That(coverage.TakeCall("1", At(10), Model, Of(15, 0.75m)), Is.EqualTo(Of(5, null)));
        Assert.That(coverage.TakeCall("2", At(10), Model, Of(15, 0.75m)), Is.EqualTo(Of(15, 0.75m)), "the sum has nothing left");
    }

    [Test]
    public void A_call_without_tokens_is_counted_and_not_remembered()
    {
        var coverage = SourceCoverage.Parse("");

        Assert.That(coverage.TakeCall("1", At(10), Model, Of(0, 0.5m)), Is.EqualTo(Of(0, 0.5m)));
        Assert.That(coverage.ToString(), Is.EqualTo(SourceCoverage.Parse("").ToString()));
    }

    [TestCase(0, ExpectedResult = false, Description = "the start is exclusive")]
    [TestCase(1, ExpectedResult = true)]
    [TestCase(60_000, ExpectedResult = true, Description = "the end is inclusive")]
    [TestCase(60_001, ExpectedResult = false)]
    public bool A_sum_covers_the_calls_of_its_interval(int milliseconds)
    {
        var coverage = SourceCoverage.Parse("");
        Sum(coverage, 0, 60, Of(10, 0.5m));
        return coverage.TakeCall("1", Start.AddMilliseconds(milliseconds), Model, Of(10, 0.5m)) is null;
    }

    [TestCase(59_949, 10)]
    [TestCase(59_950, 0)]
    [TestCase(60_050, 0)]
    [TestCase(60_051, 10)]
    public void A_call_matches_the_neighbour_of_its_own_interval_within_the_tolerance(int milliseconds, int counted)
    {
        var coverage = SourceCoverage.Parse("");
        Sum(coverage, 0, 60, Of(10, 0.5m));
        Sum(coverage, 60, 120, Of(10, 0.5m));

        Assert.That(
            coverage.TakeCall("1", Start.AddMilliseconds(milliseconds), Model, Of(20, 1m)),
            Is.EqualTo(counted == 0 ? (SourceAmounts?)null : Of(counted, 0.5m)));
    }

    [Test]
    public void A_call_takes_from_the_sum_that_ends_first()
    {
        var coverage = SourceCoverage.Parse("");
        Sum(coverage, 30, 90, Of(10, 0.5m));
        Sum(coverage, 0, 60, Of(10, 0.5m));
        coverage.TakeCall("1", At(40), Model, Of(10, 0.5m));

        Assert.That(coverage.TakeCall("2", At(80), Model, Of(10, 0.5m)), Is.Null, "the later sum is left for it");
    }

    [Test]
    public void A_call_takes_from_a_sum_of_its_model_before_one_that_ends_first()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeSums([Of("a", 0, 60, "a", Of(10, 0.5m)), Of("b", 30, 90, "b", Of(10, 0.5m))]);
        coverage.TakeCall("1", At(40), "b", Of(10, 0.5m));

        Assert.That(coverage.TakeCall("2", At(20), "b", Of(10, 0.5m)), Is.Null, "the sum of the other model is left for it");
    }

    [Test]
    public void A_call_takes_from_the_sum_of_its_interval_before_a_near_one_of_its_model()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeSums([Of("a", 0, 60, "a", Of(10, 0.5m)), Of("b", 60, 120, "b", Of(10, 0.5m))]);
        coverage.TakeCall("1", Start.AddMilliseconds(60_020), "a", Of(10, 0.5m));

        Assert.That(coverage.TakeCall("2", At(30), "a", Of(10, 0.5m)), Is.Null, "the near sum is left for it");
    }

    [Test]
    public void A_sum_matches_the_call_that_ended_first()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("2", At(45), Model, Of(10, 0.5m));
        coverage.TakeCall("1", At(40), Model, Of(10, 0.5m));
        Sum(coverage, 0, 60, Of(10, 0.5m));

        Assert.That(Sum(coverage, 44, 46, Of(10, 0.5m)), Is.Null, "the later call is left for it");
    }

    [Test]
    public void A_sum_matches_a_call_of_its_model_before_one_that_ended_first()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("1", At(40), "a", Of(10, 0.5m));
        coverage.TakeCall("2", At(45), "b", Of(10, 0.5m));
        coverage.TakeSums([Of("b", 0, 60, "b", Of(10, 0.5m))]);

        Assert.That(Sum(coverage, 39, 41, Of(10, 0.5m)), Is.Null, "the call of the other model is left for it");
    }

    [Test]
    public void A_sum_matches_a_call_of_its_interval_before_a_near_one_of_its_model()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("own", At(50), "b", Of(10, 0.5m));
        coverage.TakeCall("near", Start.AddMilliseconds(60_020), "a", Of(10, 0.5m));
        coverage.TakeSums([Of("empty", 60, 120, "a", SourceAmounts.Zero)]);
        coverage.TakeSums([Of("a", 0, 60, "a", Of(10, 0.5m))]);

        Assert.That(Sum(coverage, 60, 61, Of(10, 0.5m)), Is.Null, "the near call is left for it");
    }

    [Test]
    public void Merged_calls_lose_nothing()
    {
        const int Calls = SourceCoverage.MaxCalls + 50;
        var coverage = SourceCoverage.Parse("");
        for (var second = 1; second <= Calls; second++)
        {
            coverage.TakeCall($"{second}", At(second), Model, Of(10, 0.5m));
        }

        Assert.That(CallsOf(coverage), Has.Length.EqualTo(SourceCoverage.MaxCalls));
        Assert.That(Sum(SourceCoverage.Parse(coverage.ToString()), 0, Calls, Of(Calls * 10, Calls * 0.5m)), Is.Null);
    }

    [Test]
    public void Calls_of_different_models_merge_into_one_of_no_model()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("a", At(1), "a", Of(10, 0.5m));
        for (var second = 2; second <= SourceCoverage.MaxCalls + 1; second++)
        {
            coverage.TakeCall($"{second}", At(second), "b", Of(10, 0.5m));
        }

        Assert.That(CallsOf(coverage)[0].Split('|')[..4], Is.EqualTo(new[] { "", $"{At(1).UtcTicks}", $"{At(2).UtcTicks}", "" }));
        Assert.That(CallsOf(coverage)[1].Split('|')[3], Is.EqualTo("b"));
    }

    [Test]
    public void Calls_that_sums_have_matched_are_dropped_before_others_are_merged()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("open", At(1), Model, Of(10, 0.5m));
        coverage.TakeCall("settled", At(70), Model, Of(10, 0.5m));
        Sum(coverage, 60, 120, Of(10, 0.5m));
        for (var second = 1; second < SourceCoverage.MaxCalls; second++)
        {
            coverage.TakeCall($"{second}", At(120 + second), Model, Of(10, 0.5m));
        }

        Assert.That(CallsOf(coverage), Has.Length.EqualTo(SourceCoverage.MaxCalls).And.Some.StartsWith("open|").And.None.StartsWith("settled|"));
        Assert.That(coverage.TakeCall("settled", At(70), Model, Of(10, 0.5m)), Is.EqualTo(Of(10, 0.5m)), "it is forgotten");
    }

    private static string[] CallsOf(SourceCoverage coverage) => coverage.ToString().Split(';')[1].Split(',');

    private static SourceAmounts? Sum(SourceCoverage coverage, int from, int until, SourceAmounts amounts, string? key = null) =>
        coverage.TakeSums([Of(key ?? $"{from}-{until}", from, until, Model, amounts)])[0];

    private static SourceSum Of(string key, int from, int until, string model, SourceAmounts amounts) => new(key, At(from), At(until), model, amounts);

    private static SourceAmounts Of(decimal input, decimal? cost) => new(input, 0, 0, 0, cost);

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);
}
