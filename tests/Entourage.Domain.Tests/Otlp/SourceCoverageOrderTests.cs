using Entourage.Domain.Otlp;

namespace Entourage.Domain.Tests.Otlp;

/// <summary>Which of several calls and sums match, and which ones are forgotten first.</summary>
internal sealed class SourceCoverageOrderTests : SourceCoverageFixture
{
    [Test]
    public void Calls_are_kept_in_the_order_of_their_ends()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("2", At(45), Model, Of(10, 0.5m));
        coverage.TakeCall("1", At(40), Model, Of(10, 0.5m));
        coverage.TakeCall("3", At(50), Model, Of(10, 0.5m));

        Assert.That(CallsOf(coverage).Select(call => call[0]), Is.EqualTo("123"));
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
        Assert.That(CallsOf(coverage)[0].Split('|')[3], Is.EqualTo(Model));
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
        Sum(coverage, 60, 120, Of(10, 0.5m));
        coverage.TakeCall("settled", At(70), Model, Of(10, 0.5m));
        for (var second = 1; second < SourceCoverage.MaxCalls; second++)
        {
            coverage.TakeCall($"{second}", At(120 + second), Model, Of(10, 0.5m));
        }

        Assert.That(CallsOf(coverage), Has.Length.EqualTo(SourceCoverage.MaxCalls).And.Some.StartsWith("open|").And.None.StartsWith("settled|"));
        Assert.That(coverage.TakeCall("settled", At(70), Model, Of(10, 0.5m)), Is.EqualTo(Of(10, 0.5m)), "it is forgotten");
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

    private static string[] CallsOf(SourceCoverage coverage) => coverage.ToString().Split(';')[1].Split(',');
}
