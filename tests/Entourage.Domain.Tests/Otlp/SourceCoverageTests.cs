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

    private static SourceAmounts? Sum(SourceCoverage coverage, int from, int until, SourceAmounts amounts, string? key = null) =>
        coverage.TakeSums([Of(key ?? $"{from}-{until}", from, until, Model, amounts)])[0];

    private static SourceSum Of(string key, int from, int until, string model, SourceAmounts amounts) => new(key, At(from), At(until), model, amounts);

    private static SourceAmounts Of(decimal input, decimal? cost) => new(input, 0, 0, 0, cost);

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);
}
