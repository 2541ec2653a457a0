using CsCheck;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Alerts;

/// <summary>A line is told when it is first reached, whatever reaches it: a usage, a limit, a threshold, a correction, a new window (rule 15).</summary>
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
    public void Each_line_is_told_exactly_when_it_is_first_reached() => Steps.Array[1, 60].Sample(steps =>
    {
        var state = new State();
        var told = new HashSet<(AlertKind Kind, string Cause, string Window)>();
        foreach (var step in steps)
        {
            var next = step.Apply(state);
            var before = state.Day == next.Day ? state : null;
            var findings = BudgetDetectors.Crossed(state.Watched, next.Watched).ToArray();

            // Every line that is reached and was not is found, and nothing else is.
            var rising = next.ReachedLines.Except(before?.ReachedLines ?? []).Order().ToArray();
            if (!rising.SequenceEqual(findings.Select(LineOf).Order()))
            {
                return false;
            }

            told.UnionWith(findings.Select(found => (found.Kind, found.Cause, found.Window)));
            state = next;

            // So a line that is reached has always been told in its window.
            if (!state.ReachedLines.All(line => told.Any(known => known.Window == state.WindowName && LineOf(known.Kind, known.Cause) == line)))
            {
                return false;
            }
        }

        return true;
    });

    [Test]
    public void A_later_usage_tells_nothing_that_a_change_has_told() =>
        Gen.Select(Gen.Long[0, 300], Gen.Long[1, 300], Gen.Long[1, 300], Gen.Long[1, 300]).Sample((spent, limit, changed, cost) =>
        {
            var first = new State { Spent = spent, Limit = limit };
            var second = first with { Limit = changed };
            var third = second with { Spent = spent + cost };
            var byChange = BudgetDetectors.Crossed(first.Watched, second.Watched).Select(LineOf).ToArray();
            var byUsage = BudgetDetectors.Crossed(second.Watched.Status, new Money(cost), second.Watched.Thresholds).Select(LineOf).ToArray();
            return !byChange.Intersect(byUsage).Any()
                && third.ReachedLines.All(line => first.ReachedLines.Contains(line) || byChange.Contains(line) || byUsage.Contains(line));
        });

    [TestCase(true, true, true, true, ExpectedResult = false)]
    [TestCase(false, true, true, true, ExpectedResult = true)]
    [TestCase(true, false, true, true, ExpectedResult = true)]
    [TestCase(false, true, true, false, ExpectedResult = false)]
    [TestCase(true, true, false, true, ExpectedResult = false)]
    public bool A_budget_begins_to_kill_when_it_is_hard_exhausted_and_its_team_wants_that(bool wasHard, bool wantedKill, bool isHard, bool wantsKill)
    {
        var before = new State { Spent = 10, Limit = 10, IsHard = wasHard }.Watched with { OnExceed = wantedKill ? OnExceed.Kill : OnExceed.Stop };
        var after = new State { Spent = 10, Limit = 10, IsHard = isHard }.Watched with { OnExceed = wantsKill ? OnExceed.Kill : OnExceed.Stop };
        return after.BeginsToKill(before);
    }

    [Test]
    public void A_new_window_begins_to_kill_and_to_refuse_whatever_the_one_before_did()
    {
        var before = new State { Spent = 10, Limit = 10, Day = 1 }.Watched with { OnExceed = OnExceed.Kill };
        var after = new State { Spent = 10, Limit = 10, Day = 2 }.Watched with { OnExceed = OnExceed.Kill };
        Assert.That((after.BeginsToRefuse(before), after.BeginsToKill(before), after.BeginsToKill(null)), Is.EqualTo((true, true, true)));
        Assert.That(BudgetDetectors.Crossed(before, after).Count(), Is.EqualTo(4));
    }

    [Test]
    public void A_threshold_that_is_written_in_another_way_is_the_same()
    {
        var window = new BudgetStatus(new(WindowOf(1), Some.Usd(10), Enforcement.Hard, null), new(Some.Usd(9), Money.Zero));
        var (one, other) = (AlertThresholds.Of([0.8m]), AlertThresholds.Of([0.80m]));
        Assert.That(BudgetDetectors.Crossed(new(window, one), new(window, other)), Is.Empty);
        Assert.That(
            BudgetDetectors.Crossed(null, new(window, one)).Single().Cause,
            Is.EqualTo(BudgetDetectors.Crossed(null, new(window, other)).Single().Cause));
    }

    private static BudgetWindow WindowOf(int day) => new(BudgetScope.Team, "core", BudgetPeriod.Day, new DateOnly(2026, 3, day));

    private static string LineOf(AlertFinding found) => LineOf(found.Kind, found.Cause);

    private static string LineOf(AlertKind kind, string cause) => kind == AlertKind.BudgetExceeded ? "all" : cause[(cause.LastIndexOf(':') + 1)..];

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

        public BudgetThresholdCheck Watched => new(
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
