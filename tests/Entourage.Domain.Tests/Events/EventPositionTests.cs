using CsCheck;
using Entourage.Domain.Events;

namespace Entourage.Domain.Tests.Events;

internal sealed class EventPositionTests
{
    private static readonly Gen<EventPosition> Positions = Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue], (usage, stored) => new EventPosition(usage, stored));

    [Test]
    public void A_position_survives_the_round_trip_through_text() => Positions.Sample(position => EventPosition.Parse(position.ToString()) == position);

    [Test]
    public void The_union_of_two_positions_contains_both() => Gen.Select(Positions, Positions).Sample((one, other) =>
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
    public void A_text_that_is_not_a_position_is_refused(string text) => Assert.That(EventPosition.Parse(text), Is.Null);
}
