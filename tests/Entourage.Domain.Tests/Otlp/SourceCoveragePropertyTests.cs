using CsCheck;
using Entourage.Domain.Otlp;

namespace Entourage.Domain.Tests.Otlp;

/// <summary>A program reports its calls as events and in sums, and loses some events.</summary>
internal sealed class SourceCoveragePropertyTests
{
    private const int Intervals = 5;
    private const int Seconds = 10;

    private static readonly DateTimeOffset Start = new(2026, 6, 10, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<Call> GenCall = Gen.Select(
        Gen.Int[1, Intervals * Seconds * 1000], Gen.Int[1, 2], Gen.Int[1, 500], Gen.Int[0, 500], Gen.Bool, Gen.Bool,
        (millisecond, model, input, output, isLost, isTwice) =>
            new Call(Start.AddMilliseconds(millisecond), $"m{model}", new(input, output, 0, 0, (input + (5 * output)) / 1_000_000m), isLost, isTwice));

    [Test]
    public void Sums_make_up_for_lost_calls_and_no_usage_is_counted_twice() => GenCall.List[0, 30].SelectMany(
        calls => Gen.Shuffle(Items(calls)).Select(items => (calls, items))).Sample(
        (calls, items) =>
        {
            var (coverage, counted) = (SourceCoverage.Parse(""), new Dictionary<string, SourceAmounts>());
            foreach (var item in items)
            {
                foreach (var (key, amounts) in item(coverage))
                {
                    // The ledger counts each key once.
                    counted.TryAdd(key, amounts);
                }

                coverage = SourceCoverage.Parse(coverage.ToString());
            }

            var spent = calls.Aggregate(SourceAmounts.Zero, (sum, call) => sum.Plus(call.Amounts));
            var recorded = counted.Values.Aggregate(SourceAmounts.Zero, SumOf);
            Assert.That((recorded.Input, recorded.Output), Is.EqualTo((spent.Input, spent.Output)));
            Assert.That(recorded.CostUsd, Is.EqualTo(spent.CostUsd).Within(0.00002m));
        },
        iter: 200);

    // Each event that is not lost, once or twice, and the sum of each interval twice.
    private static Func<SourceCoverage, IEnumerable<(string Key, SourceAmounts Amounts)>>[] Items(List<Call> calls)
    {
        var items = new List<Func<SourceCoverage, IEnumerable<(string, SourceAmounts)>>>();
        for (var i = 0; i < calls.Count; i++)
        {
            var (call, key) = (calls[i], $"call {i}");
            items.AddRange(Enumerable.Repeat<Func<SourceCoverage, IEnumerable<(string, SourceAmounts)>>>(
                coverage => coverage.TakeCall(key, call.At, call.Model, call.Amounts) is { } amounts ? [(key, amounts)] : [],
                call.IsLost ? 0 : call.IsTwice ? 2 : 1));
        }

        for (var interval = 0; interval < Intervals; interval++)
        {
            var (from, until) = (Start.AddSeconds(interval * Seconds), Start.AddSeconds((interval + 1) * Seconds));
            var sums = calls.Where(call => call.At > from && call.At <= until).GroupBy(call => call.Model).Select(group => new SourceSum(
                $"{group.Key} {from:O}", from, until, group.Key, group.Aggregate(SourceAmounts.Zero, (sum, call) => sum.Plus(call.Amounts)))).ToArray();
            items.AddRange(Enumerable.Repeat<Func<SourceCoverage, IEnumerable<(string, SourceAmounts)>>>(
                coverage => sums.Zip(coverage.TakeSums(sums)).Where(pair => pair.Second is not null).Select(pair => (pair.First.Key, pair.Second!.Value)), 2));
        }

        return [.. items];
    }

    // Tokens without a cost would be priced. Here they are left out of the cost.
    private static SourceAmounts SumOf(SourceAmounts sum, SourceAmounts next) => sum.Plus(next with { CostUsd = next.CostUsd ?? 0 });

    private sealed record Call(DateTimeOffset At, string Model, SourceAmounts Amounts, bool IsLost, bool IsTwice);
}
