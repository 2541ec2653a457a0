using System.Globalization;
using Entourage.Dashboard.Charts;

namespace Entourage.Dashboard.Tests.Charts;

internal sealed class MoneyAxisTests
{
    [TestCase("0", "$0.00 $0.20 $0.40 $0.60 $0.80 $1.00")]
    [TestCase("4", "$0 $1 $2 $3 $4")]
    [TestCase("6", "$0 $2 $4 $6")]
    [TestCase("12", "$0.00 $2.50 $5.00 $7.50 $10.00 $12.50")]
    [TestCase("0.011", "$0.0000 $0.0025 $0.0050 $0.0075 $0.0100 $0.0125")]
    [TestCase("0.000000001", "$0.000000000 $0.000000001")]
    [TestCase("730", "$0 $200 $400 $600 $800")]
    [TestCase("45000", "$0 $10,000 $20,000 $30,000 $40,000 $50,000")]
    [TestCase("1234567", "$0.00M $0.25M $0.50M $0.75M $1.00M $1.25M")]
    [TestCase("7000000000", "$0B $2B $4B $6B $8B")]
    public void Marks_are_round_amounts_with_equal_decimals(string most, string marks) =>
        Assert.That(string.Join(' ', MoneyAxis.For(Usd(most)).Marks), Is.EqualTo(marks));

    [Test]
    public void Every_amount_fits_and_fills_more_than_half_of_the_axis() => Assert.Multiple(() =>
    {
        for (var most = 0.000_000_003m; most < 10_000_000_000m; most *= 1.37m)
        {
            var axis = MoneyAxis.For(most);
            Assert.That(axis.Top, Is.GreaterThanOrEqualTo(most));
            Assert.That(axis.PercentOf(most), Is.GreaterThan(50), $"{most}");
            Assert.That(axis.Intervals, Is.InRange(1, 5));
        }
    });

    private static decimal Usd(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
