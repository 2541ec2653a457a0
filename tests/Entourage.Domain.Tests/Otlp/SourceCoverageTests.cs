using System.Globalization;
using Entourage.Domain.Otlp;

namespace Entourage.Domain.Tests.Otlp;

internal sealed class SourceCoverageTests : SourceCoverageFixture
{
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
    public void A_call_that_is_repeated_at_once_gets_the_same_answer()
    {
        var coverage = SourceCoverage.Parse("");
        Sum(coverage, 0, 60, Of(10, 0.5m));

        Assert.That(coverage.TakeCall("1", At(10), Model, Of(15, 0.75m)), Is.EqualTo(Of(5, 0.25m)));
        Assert.That(coverage.TakeCall("1", At(10), Model, Of(15, 0.75m)), Is.EqualTo(Of(5, 0.25m)));
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

    [Test]
    public void Tokens_are_priced_if_calls_had_stated_the_cost_of_their_interval()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("1", At(10), Model, Of(10, 0.5m));

        Assert.That(Sum(coverage, 0, 60, Of(0, 0.5m), "cost"), Is.Null);
        Assert.That(Sum(coverage, 0, 60, Of(15, null), "tokens"), Is.EqualTo(Of(5, null)));
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
    public void The_rest_of_a_call_is_priced_if_one_of_its_sums_was()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeSums([Of("a", 0, 60, Model, Of(10, null)), Of("b", 0, 60, "other", Of(10, null)), Of("c", 0, 60, "third", Of(10, 0.5m))]);

        Assert.That(coverage.TakeCall("1", At(10), Model, Of(35, 1.75m)), Is.EqualTo(Of(5, null)));
    }

    [Test]
    public void The_rest_of_a_sum_is_priced_if_a_call_without_a_cost_was_part_of_it()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("1", At(10), Model, Of(10, null));
        Sum(coverage, 0, 60, Of(30, 1.5m));

        Assert.That(coverage.TakeCall("2", At(20), Model, Of(25, 1m)), Is.EqualTo(Of(5, null)));
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
}
