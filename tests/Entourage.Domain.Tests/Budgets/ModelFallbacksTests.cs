using CsCheck;
using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class ModelFallbacksTests
{
    private static readonly Gen<ModelFallback> Rules = Gen.Select(
        Gen.Int[0, 10_000].Select(share => share / 10_000m), OneOf("opus-5", "opus-*", "o*", "sonnet-*", "OPUS-5"), OneOf("sonnet-5", "haiku-5", "opus-5"))
        .Select((share, from, to) => new ModelFallback(share, from, to));

    private static readonly Gen<BudgetPosition> Positions = Gen.Select(Gen.Int[0, 12], Gen.Int[0, 12], Gen.Bool, Gen.Enum<Enforcement>())
        .Select((spent, reserved, isCapped, enforcement) => Status(isCapped ? 10 : null, spent, reserved, enforcement))
        .Array[0, 4].Select(statuses => new BudgetPosition(statuses));

    [TestCase("")]
    [TestCase("0.8 claude-opus-* claude-sonnet-5-5")]
    [TestCase("0 a b\n0.1234 claude-* c\n1.0 x y")]
    public void Rules_survive_the_round_trip_through_text(string text)
    {
        var fallbacks = ModelFallbacks.Parse(text);

        Assert.That(fallbacks.Text, Is.EqualTo(text));
        Assert.That(ModelFallbacks.Of(fallbacks.Rules), Is.EqualTo(fallbacks));
        Assert.That(fallbacks.GetHashCode(), Is.EqualTo(ModelFallbacks.Parse(text).GetHashCode()));
    }

    [TestCase(0.8, "claude-opus-*", "claude-sonnet-5-5", true)]
    [TestCase(0, "gpt-5", "anthropic/claude-haiku:free", true)]
    [TestCase(1, "a*", "b", true)]
    [TestCase(-0.1, "a", "b", false)]
    [TestCase(1.0001, "a", "b", false)]
    [TestCase(0.00001, "a", "b", false)]
    [TestCase(0.8, "*", "b", false)]
    [TestCase(0.8, "a*b", "b", false)]
    [TestCase(0.8, "a**", "b", false)]
    [TestCase(0.8, "a", "b*", false)]
    [TestCase(0.8, "", "b", false)]
    [TestCase(0.8, "a", "", false)]
    [TestCase(0.8, "a b", "b", false)]
    [TestCase(0.8, "a", "b\n", false)]
    [TestCase(0.8, "a", "modèle", false)]
    public void A_rule_has_a_share_and_two_names(decimal share, string from, string to, bool isAllowed) =>
        Assert.That(ModelFallbacks.Allow([new(share, from, to)]), Is.EqualTo(isAllowed));

    [Test]
    public void Rules_and_their_names_have_limits_and_the_longest_fit_their_column()
    {
        var name = new string('m', ModelFallback.NameLength);
        var longest = Enumerable.Repeat(new ModelFallback(0.8000m, name + "*", name), ModelFallbacks.MaxCount).ToArray();

        Assert.That(ModelFallbacks.Of(longest).Text, Has.Length.LessThanOrEqualTo(ModelFallbacks.TextLength));
        Assert.That(() => ModelFallbacks.Of([.. longest, longest[0]]), Refused.With("validation", nameof(ModelFallbacks)));
        Assert.That(ModelFallbacks.Allow([new(0.8m, name + "m", name)]), Is.False);
        Assert.That(ModelFallbacks.Allow([new(0.8m, name, name + "m")]), Is.False);
    }

    [TestCase("claude-opus-*", "claude-opus-5", true)]
    [TestCase("claude-opus-*", "Claude-Opus-5-20260101", true)]
    [TestCase("claude-opus-*", "claude-opus-", true)]
    [TestCase("claude-opus-*", "anthropic/claude-opus-5", false)]
    [TestCase("claude-opus-5", "claude-opus-5", true)]
    [TestCase("claude-opus-5", "claude-opus-5-5", false)]
    public void A_rule_applies_to_a_name_or_to_the_beginning_of_names(string from, string model, bool matches) =>
        Assert.That(new ModelFallback(0.8m, from, "x").Matches(model), Is.EqualTo(matches));

    [TestCase(0, 7.9, 0, "opus")]
    [TestCase(0, 8, 0, "sonnet")]
    [TestCase(0, 4, 4, "sonnet")]
    [TestCase(0, 9.4, 0, "sonnet")]
    [TestCase(0, 9.5, 0, "haiku")]
    [TestCase(0, 12, 0, "haiku")]
    [TestCase(9, 1, 0, "sonnet")]
    public void The_highest_share_that_the_tightest_budget_has_reached_decides(decimal otherSpent, decimal spent, decimal reserved, string expected)
    {
        var fallbacks = ModelFallbacks.Parse("0.8 op* sonnet\n0.95 op* haiku\n0.8 opus other\n0.1 gpt-* gpt-mini");

        var order = fallbacks.OrderFor("opus", new([Status(10, otherSpent, 0), Status(null, 99, 0), Status(10, spent, reserved)])).ToArray();

        Assert.That(order[0], Is.EqualTo(expected));
        Assert.That(order, Is.EquivalentTo(new[] { "opus", "sonnet", "haiku", "other" }));
    }

    [Test]
    public void Neither_an_observed_budget_nor_a_missing_limit_reaches_a_share_above_0()
    {
        var position = new BudgetPosition([Status(10, 10, 0, Enforcement.Observe), Status(null, 10, 0)]);

        Assert.That(ModelFallbacks.Parse("0.0001 opus sonnet").OrderFor("opus", position).First(), Is.EqualTo("opus"));
        Assert.That(ModelFallbacks.Parse("0 opus sonnet").OrderFor("opus", position).First(), Is.EqualTo("sonnet"));
        Assert.That(ModelFallbacks.Parse("1 opus sonnet").OrderFor("opus", new([Status(0, 0, 0)])).First(), Is.EqualTo("sonnet"), "nothing is left of a limit of 0");
    }

    [Test]
    public void Every_order_has_the_model_of_the_call_and_follows_the_shares() => Gen.Select(Rules.Array[0, 8], Positions).Sample((rules, position) =>
    {
        var order = ModelFallbacks.Of(rules).OrderFor("opus-5", position).ToList();
        var reached = rules.Where(rule => rule.Matches("opus-5") && position.HasReached(rule.WhenSpent)).ToArray();
        var best = reached.Length == 0 ? null : reached.First(rule => rule.WhenSpent == reached.Max(other => other.WhenSpent));
        return order.Contains("opus-5")
            && order[0] == (best?.To ?? "opus-5")
            && order.Distinct().Count() == order.Count
            && order.All(model => model == "opus-5" || rules.Any(rule => rule.To == model && rule.Matches("opus-5")))
            && (reached.Any(rule => rule.To == "opus-5") || reached.All(rule => order.IndexOf(rule.To) < order.IndexOf("opus-5")));
    });

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static BudgetStatus Status(decimal? limit, decimal spent, decimal reserved, Enforcement enforcement = Enforcement.Hard) => new(
        new Budget(new(BudgetScope.Team, "t", BudgetPeriod.Day, new DateOnly(2026, 3, 4)), limit is { } usd ? Some.Usd(usd) : null, enforcement, ResetsAt: null),
        new Spending(Some.Usd(spent), Some.Usd(reserved)));
}
