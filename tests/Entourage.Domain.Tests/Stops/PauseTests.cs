using Entourage.Domain.Stops;

namespace Entourage.Domain.Tests.Stops;

internal sealed class PauseTests
{
    private static readonly DateTimeOffset Moment = Some.Later.AddTicks(-1);

    [Test]
    public void One_without_an_end_is_in_force_for_ever() => Assert.That(Of(null).IsInForceAt(DateTimeOffset.MaxValue), Is.True);

    [Test]
    public void One_with_an_end_is_in_force_until_then() =>
        Assert.That((Of(Some.Later).IsInForceAt(Moment), Of(Some.Later).IsInForceAt(Some.Later)), Is.EqualTo((true, false)));

    [Test]
    public void Nothing_before_it_begins_it_now() => Assert.That(
        Pause.Begin(present: null, "look", Some.Later, "Ada", Some.Now),
        Is.EqualTo(new Pause { PausedAt = Some.Now, Reason = "look", ExpiresAt = Some.Later, By = "Ada" }));

    [Test]
    public void One_in_force_goes_on_for_the_new_reason_and_until_the_new_end()
    {
        var present = Of(Some.Later) with { ReservationsReleased = 3 };
        Assert.That(Pause.Begin(present, "again", null, "Grace", Moment), Is.EqualTo(present with { Reason = "again", ExpiresAt = null, By = "Grace" }));
    }

    [Test]
    public void One_that_has_run_out_is_none() => Assert.That(
        Pause.Begin(Of(Some.Later) with { ReservationsReleased = 3 }, "again", null, null, Some.Later),
        Is.EqualTo(new Pause { PausedAt = Some.Later, Reason = "again" }));

    [Test]
    public void Those_in_force_are_told_from_the_widest_to_the_narrowest_and_each_scope_once()
    {
        var (over, going) = (Of(Some.Now), Of(null));
        Assert.Multiple(() =>
        {
            Assert.That(PauseInForce.Of(null, null, [null, null], Some.Later), Is.Empty);
            Assert.That(PauseInForce.Of(over, over, [over], Some.Later), Is.Empty);
            Assert.That(
                PauseInForce.Of(going, going, [null, over, going, going], Some.Later).Select(paused => paused.Scope),
                Is.EqualTo(new[] { PauseScope.Organisation, PauseScope.Team, PauseScope.Agent }));
            Assert.That(PauseInForce.Of(over, null, [over, going], Some.Later), Is.EqualTo(new[] { new PauseInForce(PauseScope.Agent, going) }));
        });
    }

    private static Pause Of(DateTimeOffset? expiresAt) => new() { PausedAt = Some.Now, Reason = "look", ExpiresAt = expiresAt };
}
