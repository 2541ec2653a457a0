using CsCheck;
using Entourage.Domain.Events;

namespace Entourage.Domain.Tests.Events;

internal sealed class EventPositionTests
{
    private static readonly Gen<EventPosition> Positions = Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue], (usage, told) => new EventPosition(usage, told));

    [Test]
    public void A_text_comes_back_as_it_went_out() => Positions.Sample(position => EventPosition.Parse(position.ToString()) == position);

    [Test]
    public void What_is_read_at_two_positions_is_read_at_both() => Gen.Select(Positions, Positions).Sample((one, other) =>
    {
        var both = one.And(other);
        return one.IsWithin(both) && other.IsWithin(both) && both == other.And(one) && one.IsWithin(other) == (both == other);
    });

    [TestCase("")]
    [TestCase("u1")]
    [TestCase("1-2")]
    [TestCase("u1-e")]
    [TestCase("u01-e2")]
    [TestCase("u1-e2\n")]
    [TestCase(" u1-e2")]
    [TestCase("u+1-e2")]
    [TestCase("u-1-e2")]
    [TestCase("u٣-e2")]
    [TestCase("u9223372036854775808-e2")]
    public void What_was_not_made_here_is_none(string text) => Assert.That(EventPosition.Parse(text), Is.Null);
}
