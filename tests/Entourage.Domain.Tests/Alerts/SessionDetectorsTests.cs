using Entourage.Domain.Alerts;

namespace Entourage.Domain.Tests.Alerts;

internal sealed class SessionDetectorsTests
{
    private static readonly DetectorRules Rules = new() { MaxTokens = 1_000, MaxRepeatedErrors = 3, Action = RunawayAction.Pause };

    private DetectorState state = DetectorState.Empty;

    [SetUp]
    public void Reset() => state = DetectorState.Empty;

    [Test]
    public void A_runaway_is_found_on_the_call_that_reaches_the_limit()
    {
        Assert.That(Kinds(At(0, 500)), Is.Empty);
        Assert.That(Kinds(At(1, 499)), Is.Empty);

        var found = Look(At(2, 1)).Single();

        Assert.Multiple(() =>
        {
            Assert.That((found.Kind, found.Cause, found.Window), Is.EqualTo((AlertKind.RunawayTokens, "session:42", "2026-03-04T05:06:09Z")));
            Assert.That(found.Message, Is.EqualTo("Session 42 used 1,000 tokens within 10 minutes; the limit is 1,000."));
            Assert.That(found.Details, Is.EqualTo(new AlertDetails { Tokens = 1_000, MaxTokens = 1_000, WindowMinutes = 10, Action = RunawayAction.Pause }));
        });
    }

    [Test]
    public void A_runaway_is_found_again_only_after_the_window_has_passed()
    {
        Assert.That(Kinds(At(0, 1_000)), Has.Count.EqualTo(1));
        Assert.That(Enumerable.Range(1, 599).SelectMany(second => Kinds(At(second, 500))), Is.Empty);

        // By then the window holds the usage since the first finding.
        Assert.That(Kinds(At(600, 500)), Is.EqualTo(new[] { AlertKind.RunawayTokens }));
        Assert.That(Kinds(At(601, 500)), Is.Empty);
    }

    [Test]
    public void A_quiet_window_starts_the_count_again()
    {
        Look(At(0, 1_000));
        Assert.That(Kinds(At(600, 999)), Is.Empty);
        Assert.That(Kinds(At(601, 1)), Is.EqualTo(new[] { AlertKind.RunawayTokens }));
    }

    [Test]
    public void Cache_tokens_do_not_make_a_session_a_runaway()
    {
        var cached = new TokenCounts(1, 1, 1_000_000, 1_000_000);
        Assert.That(Kinds(new(42, Some.Now, cached, default, null, cached)), Is.Empty);
    }

    [Test]
    public void Usage_older_than_the_window_is_ignored()
    {
        Look(At(0, 1));
        Assert.That(Kinds(At(-600, 5_000)), Is.Empty);
    }

    [Test]
    public void Without_limits_no_session_is_a_runaway()
    {
        var none = Rules with { MaxTokens = null, MaxRepeatedErrors = null };
        Assert.That(Enumerable.Range(0, 10).SelectMany(i => Look(At(i, 1_000_000, "full"), none)), Is.Empty);
    }

    [Test]
    public void A_repeated_error_is_found_when_it_reaches_the_limit()
    {
        Assert.That(Kinds(At(0, 1, "call 1 failed")).Concat(Kinds(At(1, 1, "call 2 failed"))), Is.Empty);

        var found = Look(At(2, 1, "call 3 failed")).Single();

        Assert.Multiple(() =>
        {
            Assert.That(found.Kind, Is.EqualTo(AlertKind.RepeatedError));
            Assert.That(found.Cause, Is.EqualTo($"session:42:{Fingerprint.OfError("call 9 failed")}"));
            Assert.That(found.Message, Is.EqualTo("Session 42 met the same error 3 times in a row: call 3 failed"));
            Assert.That(found.Details, Is.EqualTo(new AlertDetails { Error = "call 3 failed", Count = 3, WindowMinutes = 10, Action = RunawayAction.Pause }));
        });
        Assert.That(Kinds(At(3, 1, "call 4 failed")), Is.Empty, "It is muted.");
        Assert.That(Kinds(At(602, 1, "call 5 failed")), Is.EqualTo(new[] { AlertKind.RepeatedError }), "The mute has ended and the errors continue.");
    }

    [Test]
    public void A_successful_call_resets_the_error_count()
    {
        string?[] errors = ["full", "full", null, "full", "full", "empty", "full", "full"];
        Assert.That(errors.SelectMany((error, i) => Kinds(At(i, 1, error))), Is.Empty);
    }

    [Test]
    public void Each_error_is_a_separate_cause()
    {
        string[] errors = ["full", "full", "full", "empty", "empty", "empty", "full", "full", "full"];
        Assert.That(errors.SelectMany((error, i) => Look(At(i, 1, error))).Select(found => found.Details.Error), Is.EqualTo(new[] { "full", "empty" }));
    }

    [Test]
    public void A_long_error_is_shortened()
    {
        var longError = new string('x', 2_000);
        var found = Enumerable.Range(0, 3).SelectMany(i => Look(At(i, 1, longError))).Single();
        Assert.That(found.Details.Error, Has.Length.EqualTo(201));
    }

    [Test]
    public void A_conversation_with_rising_costs_is_found_once()
    {
        var costs = Enumerable.Range(0, 40).Select(call => 0.05m + (call * 0.03m)).ToArray();

        var found = costs.SelectMany((usd, call) => Look(Costing(call, usd)).Select(finding => (call, finding))).ToArray();

        // The median of the first five is 0.11. The median of calls 16 to 20 is 0.56, which is more than five times that.
        Assert.That(found.Select(found => (found.finding.Kind, found.call)), Is.EqualTo(new[] { (AlertKind.RisingCost, 19) }));
        Assert.That((found[0].finding.Cause, found[0].finding.Window), Is.EqualTo(("session:42", "total")));
        Assert.That(found[0].finding.Message, Is.EqualTo("The calls of session 42 now cost $0.56 each. Its first calls cost $0.11 each."));
    }

    [Test]
    public void A_cached_conversation_has_no_rising_cost()
    {
        // 200 calls that grow to 200,000 tokens of an expensive model, read from the cache at half a dollar per million.
        var costs = Enumerable.Range(0, 200).Select(call => 0.01m + (call * 0.0005m));
        Assert.That(costs.SelectMany((usd, call) => Look(Costing(call, usd))), Is.Empty);
    }

    [Test]
    public void A_single_expensive_call_is_no_rising_cost()
    {
        var costs = Enumerable.Range(0, 50).Select(call => call % 10 == 9 ? 20m : 0.05m);
        Assert.That(costs.SelectMany((usd, call) => Look(Costing(call, usd))), Is.Empty);
    }

    [Test]
    public void Calls_that_are_expensive_from_the_start_are_no_rising_cost() =>
        Assert.That(Enumerable.Range(0, 50).SelectMany(call => Look(Costing(call, 2m + (call % 5)))), Is.Empty);

    [TestCase(49_999, 0, false)]
    [TestCase(50_000, 25_000, true)]
    [TestCase(50_000, 25_001, false)]
    [TestCase(500_000, 100_000, true)]
    public void A_session_that_writes_much_more_than_it_reads_is_verbose(long output, long input, bool verbose)
    {
        var all = new TokenCounts(0, output, input, 0);
        var found = Look(new(42, Some.Now, default, default, null, all)).ToArray();
        Assert.That(found.Select(finding => finding.Kind), Is.EqualTo(verbose ? [AlertKind.VerboseOutput] : Array.Empty<AlertKind>()));
        Assert.That(Look(new(42, Some.Now.AddDays(20), default, default, null, all)), Is.Empty, "It is reported once.");
    }

    private static ObservedUsage At(int seconds, long tokens, string? error = null) =>
        new(42, Some.Now.AddSeconds(seconds), new TokenCounts(tokens, 0), default, error, default);

    private static ObservedUsage Costing(int call, decimal usd) => new(42, Some.Now.AddMinutes(call), new TokenCounts(1, 1), Some.Usd(usd), null, default);

    private IReadOnlyList<AlertKind> Kinds(ObservedUsage usage) => [.. Look(usage).Select(found => found.Kind)];

    private IReadOnlyList<AlertFinding> Look(ObservedUsage usage, DetectorRules? rules = null)
    {
        (state, var found) = SessionDetectors.Detect(DetectorState.Parse(state.ToString()), usage, rules ?? Rules);
        return found;
    }

    [TestCase(200, 200)]
    [TestCase(201, 201)]
    public void An_error_of_up_to_200_characters_is_shown_in_full(int length, int shown)
    {
        var error = new string('x', length);
        var found = Enumerable.Range(0, 3).SelectMany(i => Look(At(i, 1, error))).Single();
        Assert.That(found.Details.Error, Has.Length.EqualTo(shown));
        Assert.That(found.Details.Error == error, Is.EqualTo(length <= 200));
    }

    [TestCase("0.1", "0.5", true)]
    [TestCase("0.1", "0.499999999", false)]
    [TestCase("0.100000001", "0.5", false)]
    [TestCase("0.01", "0.499999999", false)]
    public void A_cost_rises_from_five_times_the_first_and_half_a_dollar_on(decimal first, decimal latest, bool rises)
    {
        var costs = Enumerable.Repeat(first, 5).Concat(Enumerable.Repeat(latest, 5));
        Assert.That(costs.SelectMany((usd, call) => Look(Costing(call, usd))).Any(), Is.EqualTo(rises));
    }

    [Test]
    public void A_cost_rises_only_once_five_later_calls_are_known()
    {
        var costs = Enumerable.Repeat(0.1m, 5).Concat(Enumerable.Repeat(9m, 5));
        Assert.That(costs.Select((usd, call) => Look(Costing(call, usd)).Count), Is.EqualTo(new[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }));
    }

    [Test]
    public void A_finding_about_a_whole_session_names_its_figures()
    {
        var rising = Enumerable.Repeat(0.1m, 5).Concat(Enumerable.Repeat(9m, 5)).SelectMany((usd, call) => Look(Costing(call, usd))).Single();
        var verbose = Look(new(42, Some.Now.AddDays(1), default, default, null, new(10_000, 50_000, 20, 3))).Single();
        Assert.Multiple(() =>
        {
            Assert.That(rising.Details, Is.EqualTo(new AlertDetails { Cost = Some.Usd(9), ExpectedCost = Some.Usd(0.1m) }));
            Assert.That((verbose.Cause, verbose.Window), Is.EqualTo(("session:42", "total")));
            Assert.That(verbose.Message, Is.EqualTo("Session 42 wrote 50,000 tokens and read only 10,023."));
            Assert.That(verbose.Details, Is.EqualTo(new AlertDetails { OutputTokens = 50_000, InputTokens = 10_023 }));
        });
    }

    [Test]
    public void The_window_of_a_runaway_is_its_instant_to_the_tick()
    {
        var usage = At(0, 1_000) with { OccurredAt = TestTime.Parse("2026-03-04T07:06:07.1234567+02:00") };
        Assert.That(Look(usage).Single().Window, Is.EqualTo("2026-03-04T05:06:07.1234567Z"));
    }
}
