using System.Globalization;
using CsCheck;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Alerts;

/// <summary>The highest line that is first reached by a usage, a limit, a threshold, a correction or a new window is found (rule 15).</summary>
internal sealed class CrossedLinesTests
{
    private static readonly decimal[] Ratios = [0.1m, 0.3333m, 0.5m, 0.8m, 1m, 1.5m];

    private static readonly Gen<Step> Steps = Gen.OneOf(
        Gen.Long[0, 60].Select(cost => new Step(state => state with { Spent = state.Spent + cost })),
        Gen.Long[-40, 40].Select(more => new Step(state => state with { Spent = Math.Max(0, state.Spent + more) })),
        Gen.Long[0, 300].Select(limit => new Step(state => state with { Limit = limit })),
        Gen.Const(new Step(state => state with { Limit = null })),
        Gen.Int[0, (1 << Ratios.Length) - 1].Select(bits => new Step(state => state with { Thresholds = bits })),
        Gen.Bool.Select(isHard => new Step(state => state with { IsHard = isHard })),
        Gen.Int[1, 3].Select(day => new Step(state => state with { Day = day })));

    [Test]
    public void Each_line_is_found_exactly_when_it_is_first_reached() => Steps.Array[1, 60].Sample(steps =>
    {
        var state = new State();
        var known = new HashSet<(string Window, string Line)>();
        foreach (var step in steps)
        {
            var next = step.Apply(state);
            var before = state.Day == next.Day ? state : null;
            var finding = BudgetDetectors.Crossed(state.Check, next.Check);

            // Exactly the highest of the lines that are reached now and were not before is found.
            if (HighestOf(next.ReachedLines.Except(before?.ReachedLines ?? [])) != (finding is null ? null : LineOf(finding)))
            {
                return false;
            }

            if (finding is not null)
            {
                known.Add((finding.Window, LineOf(finding)));
            }

            state = next;

            // So every reached line, or one above it, has been found in its window.
            if (!state.ReachedLines.All(line => known.Any(found => found.Window == state.WindowName && RankOf(found.Line) >= RankOf(line))))
            {
                return false;
            }
        }

        return true;
    });

    [Test]
    public void A_later_usage_does_not_repeat_the_findings_of_a_change() =>
        Gen.Select(Gen.Long[0, 300], Gen.Long[1, 300], Gen.Long[1, 300], Gen.Long[1, 300]).Sample((spent, limit, changed, cost) =>
        {
            var first = new State { Spent = spent, Limit = limit };
            var second = first with { Limit = changed };
            var third = second with { Spent = spent + cost };
            var byChange = BudgetDetectors.Crossed(first.Check, second.Check);
            var byUsage = BudgetDetectors.Crossed(second.Check.Status, new Money(cost), second.Check.Thresholds);
            return (byUsage is null || byUsage.Cause != byChange?.Cause)
                && (byUsage is null ? null : LineOf(byUsage)) == HighestOf(third.ReachedLines.Except(second.ReachedLines));
        });

    [TestCase(true, true, true, true, ExpectedResult = false)]
    [TestCase(false, true, true, true, ExpectedResult = true)]
    [TestCase(true, false, true, true, ExpectedResult = true)]
    [TestCase(false, true, true, false, ExpectedResult = false)]
    [TestCase(true, true, false, true, ExpectedResult = false)]
    public bool A_budget_begins_to_kill_when_it_is_hard_and_exhausted_and_its_team_kills(bool wasHard, bool killedBefore, bool isHard, bool kills)
    {
        var before = new State { Spent = 10, Limit = 10, IsHard = wasHard }.Check with { OnExceed = killedBefore ? OnExceed.Kill : OnExceed.Stop };
        var after = new State { Spent = 10, Limit = 10, IsHard = isHard }.Check with { OnExceed = kills ? OnExceed.Kill : OnExceed.Stop };
        return after.BeginsToKill(before);
    }

    [Test]
    public void A_new_window_begins_to_kill_and_to_refuse_again()
    {
        var before = new State { Spent = 10, Limit = 10, Day = 1 }.Check with { OnExceed = OnExceed.Kill };
        var after = new State { Spent = 10, Limit = 10, Day = 2 }.Check with { OnExceed = OnExceed.Kill };
        Assert.That((after.BeginsToRefuse(before), after.BeginsToKill(before), after.BeginsToKill(null)), Is.EqualTo((true, true, true)));
        Assert.That(BudgetDetectors.Crossed(before, after)!.Kind, Is.EqualTo(AlertKind.BudgetExceeded));
    }

    [Test]
    public void Trailing_zeros_of_a_threshold_make_no_difference()
    {
        var window = new BudgetStatus(new(WindowOf(1), Some.Usd(10), Enforcement.Hard, null), new(Some.Usd(9), Money.Zero));
        var (one, other) = (AlertThresholds.Of([0.8m]), AlertThresholds.Of([0.80m]));
        Assert.That(BudgetDetectors.Crossed(new(window, one), new(window, other)), Is.Null);
        Assert.That(
            BudgetDetectors.Crossed(null, new(window, one))!.Cause,
            Is.EqualTo(BudgetDetectors.Crossed(null, new(window, other))!.Cause));
    }

    private static BudgetWindow WindowOf(int day) => new(BudgetScope.Team, "core", BudgetPeriod.Day, new DateOnly(2026, 3, day));

    private static string LineOf(AlertFinding found) => found.Kind == AlertKind.BudgetExceeded ? "all" : found.Cause[(found.Cause.LastIndexOf(':') + 1)..];

    private static string? HighestOf(IEnumerable<string> lines) => lines.MaxBy(RankOf);

    private static decimal RankOf(string line) => line == "all" ? decimal.MaxValue : decimal.Parse(line, CultureInfo.InvariantCulture);

    /// <summary>A step in the life of a budget.</summary>
    private sealed record Step(Func<State, State> Apply);

    /// <summary>A budget, in nano-dollars.</summary>
    private sealed record State
    {
        public long Spent { get; init; }

        public long? Limit { get; init; }

        public int Thresholds { get; init; } = 0b011100;

        public bool IsHard { get; init; } = true;

        public int Day { get; init; } = 1;

        public string WindowName => $"2026-03-0{Day}";

        public BudgetThresholdCheck Check => new(
            new(
                new(WindowOf(Day), Limit is { } limit ? new Money(limit) : null, IsHard ? Enforcement.Hard : Enforcement.Observe, null),
                new(new Money(Spent), Money.Zero)),
            AlertThresholds.Of([.. Ratios.Where((_, i) => (Thresholds & (1 << i)) != 0)]));

        public IEnumerable<string> ReachedLines
        {
            get
            {
                for (var i = 0; i < Ratios.Length; i++)
                {
                    if (Limit > 0 && (Thresholds & (1 << i)) != 0 && Spent >= Ratios[i] * Limit)
                    {
                        yield return FormattableString.Invariant($"{Ratios[i]:0.####}");
                    }
                }

                if (Limit is not null && Spent > 0 && Spent >= Limit)
                {
                    yield return "all";
                }
            }
        }
    }
}
