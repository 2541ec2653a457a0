using Entourage.Domain.Stops;

namespace Entourage.Domain.Tests.Stops;

internal sealed class PauseTests
{
    private static readonly DateTimeOffset Moment = Some.Later.AddTicks(-1);

    [Test]
    public void A_pause_without_an_expiry_is_always_in_force() => Assert.That(Of(null).IsInForceAt(DateTimeOffset.MaxValue), Is.True);

    [Test]
    public void A_pause_is_in_force_until_its_expiry() =>
        Assert.That((Of(Some.Later).IsInForceAt(Moment), Of(Some.Later).IsInForceAt(Some.Later)), Is.EqualTo((true, false)));

    [Test]
    public void A_first_pause_begins_now() => Assert.That(
        Pause.Begin(present: null, "look", Some.Later, "Ada", Some.Now),
        Is.EqualTo(new Pause { PausedAt = Some.Now, Reason = "look", ExpiresAt = Some.Later, By = "Ada" }));

    [Test]
    public void Pausing_again_replaces_the_reason_and_the_expiry()
    {
        var present = Of(Some.Later) with { ReservationsReleased = 3 };
        Assert.That(Pause.Begin(present, "again", null, "Grace", Moment), Is.EqualTo(present with { Reason = "again", ExpiresAt = null, By = "Grace" }));
    }

    [Test]
    public void An_expired_pause_is_replaced_by_a_new_one() => Assert.That(
        Pause.Begin(Of(Some.Later) with { ReservationsReleased = 3 }, "again", null, null, Some.Later),
        Is.EqualTo(new Pause { PausedAt = Some.Later, Reason = "again" }));

    [Test]
    public void Pauses_in_force_run_from_the_widest_scope_and_each_scope_appears_once()
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
