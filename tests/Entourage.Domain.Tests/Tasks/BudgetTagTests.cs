using CsCheck;
using Entourage.Domain.Tasks;

namespace Entourage.Domain.Tests.Tasks;

internal sealed class BudgetTagTests
{
    [TestCase("budget:0.50", 500_000_000L)]
    [TestCase("budget:0", 0L)]
    [TestCase("budget:12", 12_000_000_000L)]
    [TestCase("budget:007", 7_000_000_000L)]
    [TestCase("budget:0.000000001", 1L)]
    [TestCase("budget:0.5000000000000", 500_000_000L)]
    [TestCase("budget:1000000", 1_000_000_000_000_000L)]
    [TestCase("budget:1000000.00", 1_000_000_000_000_000L)]
    [TestCase("Budget:3", 3_000_000_000L)]
    [TestCase("BUDGET:3", 3_000_000_000L)]
    public void A_budget_tag_is_a_cap_in_dollars(string tag, long nanos) =>
        Assert.That(BudgetTag.LimitOf([tag]), Is.EqualTo(new Money(nanos)));

    [TestCase("budget:", TestName = "{m}(nothing)")]
    [TestCase("budget: ", TestName = "{m}(a blank)")]
    [TestCase("budget:-1", TestName = "{m}(a negative amount)")]
    [TestCase("budget:-0", TestName = "{m}(a negative zero)")]
    [TestCase("budget:+1", TestName = "{m}(a plus sign)")]
    [TestCase("budget:1e2", TestName = "{m}(an exponent)")]
    [TestCase("budget:1E-2", TestName = "{m}(a negative exponent)")]
    [TestCase("budget:1,000", TestName = "{m}(a thousands separator)")]
    [TestCase("budget:0,50", TestName = "{m}(a decimal comma)")]
    [TestCase("budget:1_000", TestName = "{m}(an underscore)")]
    [TestCase("budget:0.0000000001", TestName = "{m}(ten decimals)")]
    [TestCase("budget:1.2345678901", TestName = "{m}(ten decimals of more than a dollar)")]
    [TestCase("budget: 1", TestName = "{m}(a leading blank)")]
    [TestCase("budget:1 ", TestName = "{m}(a trailing blank)")]
    [TestCase("budget:1\t", TestName = "{m}(a trailing tab)")]
    [TestCase("budget:1\n", TestName = "{m}(a trailing line feed)")]
    [TestCase("budget:1 0", TestName = "{m}(a blank within)")]
    [TestCase("budget:\u0663", TestName = "{m}(an Arabic digit)")]
    [TestCase("budget:\uFF11", TestName = "{m}(a full-width digit)")]
    [TestCase("budget:\u09E9.5", TestName = "{m}(a Bengali digit)")]
    [TestCase("budget:$5", TestName = "{m}(a currency sign)")]
    [TestCase("budget:(5)", TestName = "{m}(parentheses)")]
    [TestCase("budget:0x10", TestName = "{m}(hexadecimal digits)")]
    [TestCase("budget:five", TestName = "{m}(a word)")]
    [TestCase("budget:NaN", TestName = "{m}(not a number)")]
    [TestCase("budget:.", TestName = "{m}(a lone point)")]
    [TestCase("budget:1.2.3", TestName = "{m}(two points)")]
    [TestCase("budget::5", TestName = "{m}(two colons)")]
    [TestCase("budget:1000000.000000001", TestName = "{m}(a nano above the largest)")]
    [TestCase("budget:0.50000000000000000000000000000000001", TestName = "{m}(a digit beyond what a decimal holds)")]
    [TestCase("budget:1000000.00000000000000000000000000000001", TestName = "{m}(a trace above the largest)")]
    [TestCase("budget:5\0", TestName = "{m}(a trailing null)")]
    [TestCase("budget:5.", TestName = "{m}(a trailing point)")]
    [TestCase("budget:.5", TestName = "{m}(a leading point)")]
    [TestCase("budget:99999999999999999999999999999999", TestName = "{m}(more than a decimal holds)")]
    public void A_malformed_budget_is_refused(string tag) =>
        Assert.That(() => BudgetTag.LimitOf([tag]), Refused.With("malformed-budget-tag", "Tags"));

    [Test]
    [SetCulture("de-DE")]
    public void A_point_is_the_decimal_point_in_every_culture()
    {
        Assert.That(BudgetTag.LimitOf(["budget:1.5"]), Is.EqualTo(Some.Usd(1.5m)));
        Assert.That(() => BudgetTag.LimitOf(["budget:1,5"]), Refused.With("malformed-budget-tag", "Tags"));
    }

    [Test]
    [SetCulture("tr-TR")]
    public void The_prefix_is_recognised_in_every_culture() => Assert.That(BudgetTag.LimitOf(["BUDGET:1"]), Is.EqualTo(Some.Usd(1)));

    [Test]
    public void Tasks_without_a_budget_tag_have_no_cap()
    {
        Assert.That(BudgetTag.LimitOf([]), Is.Null);
        Assert.That(BudgetTag.LimitOf(["urgent", "budget", "budgets:5", "my-budget:5", "", " budget:5"]), Is.Null);
    }

    [Test]
    public void The_budget_tag_is_found_among_others() =>
        Assert.That(BudgetTag.LimitOf(["urgent", "budget:2", "backend"]), Is.EqualTo(Some.Usd(2)));

    [TestCase("budget:1", "budget:2")]
    [TestCase("budget:1", "budget:1")]
    [TestCase("budget:0", "BUDGET:0")]
    [TestCase("budget:1", "budget:x")]
    public void A_second_budget_is_refused(string first, string second) =>
        Assert.That(() => BudgetTag.LimitOf([first, "urgent", second]), Refused.With("malformed-budget-tag", "Tags"));

    [Test]
    public void Every_amount_up_to_the_largest_is_read_exactly() =>
        Gen.Long[0, Money.LargestInput.NanoUsd].Sample(
            nanos => BudgetTag.LimitOf([$"budget:{new Money(nanos)}"]) == new Money(nanos),
            iter: 2_000);
}
