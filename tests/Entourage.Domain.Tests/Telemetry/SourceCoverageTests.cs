using Entourage.Domain.Telemetry;

namespace Entourage.Domain.Tests.Telemetry;

internal sealed class SourceCoverageTests
{
    private static readonly DateTimeOffset Start = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void What_comes_first_is_counted_and_the_other_form_of_the_same_is_not()
    {
        var (calls, sums) = (SourceCoverage.Parse(""), SourceCoverage.Parse(""));
        Assert.Multiple(() =>
        {
            Assert.That((calls.TakeCall(At(30)), calls.TakeSum(At(0), At(60))), Is.EqualTo((true, false)));
            Assert.That((sums.TakeSum(At(0), At(60)), sums.TakeCall(At(30))), Is.EqualTo((true, false)));
        });
    }

    [Test]
    public void A_sum_covers_its_end_and_not_its_beginning()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeSum(At(60), At(120));
        Assert.That(new[] { 60, 61, 120, 121 }.Select(second => coverage.TakeCall(At(second))), Is.EqualTo(new[] { true, false, false, true }));
        Assert.That((coverage.TakeSum(At(0), At(59)), coverage.TakeSum(At(0), At(60)), coverage.TakeSum(At(121), At(180))), Is.EqualTo((true, false, true)));
    }

    [Test]
    public void What_was_counted_stays_counted_when_it_is_sent_again()
    {
        var coverage = SourceCoverage.Parse("");
        coverage.TakeSum(At(0), At(60));
        coverage.TakeCall(At(70));
        coverage.TakeSum(At(80), At(120));

        var again = SourceCoverage.Parse(coverage.ToString());

        Assert.That(
            (again.TakeSum(At(0), At(60)), again.TakeCall(At(70)), again.TakeSum(At(80), At(120)), again.TakeSum(At(60), At(80))),
            Is.EqualTo((true, true, true, false)));
        Assert.That(again.ToString(), Is.EqualTo(coverage.ToString()));
    }

    [Test]
    public void Whatever_the_order_each_minute_is_counted_once()
    {
        // Each minute has a call in its middle, and a sum that ends with it.
        const int Minutes = 6;
        var random = new Random(20260610);
        for (var trial = 0; trial < 500; trial++)
        {
            var coverage = SourceCoverage.Parse("");
            var (calls, sums) = (new bool[Minutes], new bool[Minutes]);
            int[] order = [.. Enumerable.Range(0, 2 * Minutes), .. Enumerable.Range(0, 2 * Minutes)];
            random.Shuffle(order);
            foreach (var item in order)
            {
                var minute = item / 2;
                if (item % 2 == 0)
                {
                    calls[minute] = coverage.TakeCall(At((minute * 60) + 30));
                }
                else
                {
                    sums[minute] = coverage.TakeSum(At(minute * 60), At((minute + 1) * 60));
                }

                coverage = SourceCoverage.Parse(coverage.ToString());
            }

            Assert.That(calls.Zip(sums, (call, sum) => call ^ sum), Is.All.True, string.Join(' ', order));
        }
    }

    [Test]
    public void Sums_of_two_processes_that_overlap_are_both_counted()
    {
        var coverage = SourceCoverage.Parse("");
        Assert.That((coverage.TakeSum(At(0), At(60)), coverage.TakeSum(At(30), At(90)), coverage.TakeCall(At(75))), Is.EqualTo((true, true, false)));
    }

    [Test]
    public void No_number_of_stretches_makes_the_text_grow_without_end()
    {
        var coverage = SourceCoverage.Parse("");
        for (var hour = 0; hour < 1_000; hour++)
        {
            coverage.TakeCall(Start.AddHours(hour));
            coverage.TakeSum(Start.AddHours(hour).AddMinutes(20), Start.AddHours(hour).AddMinutes(30));
        }

        Assert.That(coverage.ToString(), Has.Length.LessThan(2 * SourceCoverage.GreatestCount * 45));
        Assert.That(coverage.TakeSum(Start.AddHours(999).AddMinutes(-10), Start.AddHours(999).AddMinutes(10)), Is.False);
        Assert.That(coverage.TakeCall(Start.AddHours(999).AddMinutes(25)), Is.False);
    }

    private static DateTimeOffset At(int seconds) => Start.AddSeconds(seconds);
}
