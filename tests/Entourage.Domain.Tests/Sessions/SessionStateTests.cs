using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Sessions;

internal sealed class SessionStateTests
{
    private static readonly SessionState Active = new(SessionStatus.Active, EndedAt: null, Error: null);

    [Test]
    public void A_session_completes() => Assert.That(
        Active.End(failed: false, error: null, Some.Later), Is.EqualTo(new SessionState(SessionStatus.Completed, Some.Later, null)));

    [Test]
    public void A_session_fails_with_its_error() => Assert.That(
        Active.End(failed: true, "Out of memory", Some.Later), Is.EqualTo(new SessionState(SessionStatus.Failed, Some.Later, "Out of memory")));

    [Test]
    public void A_session_is_killed_with_a_reason() => Assert.That(
        Active.Kill("It goes in circles.", Some.Later), Is.EqualTo(new SessionState(SessionStatus.Killed, Some.Later, "It goes in circles.")));

    [Test]
    public void A_session_is_abandoned_with_a_reason() => Assert.That(
        Active.Abandon("Silence.", Some.Later), Is.EqualTo(new SessionState(SessionStatus.Abandoned, Some.Later, "Silence.")));

    [TestCase(SessionStatus.Completed)]
    [TestCase(SessionStatus.Failed)]
    [TestCase(SessionStatus.Killed)]
    [TestCase(SessionStatus.Abandoned)]
    public void An_ended_session_stays_unchanged(SessionStatus status)
    {
        var ended = new SessionState(status, Some.Now, "first");
        Assert.That(
            new[] { ended.End(failed: false, null, Some.Later), ended.Kill("second", Some.Later), ended.Abandon("second", Some.Later) },
            Is.All.EqualTo(ended));
        Assert.That(ended.IsActive, Is.False);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_second_end_changes_nothing(bool failed)
    {
        var first = Active.End(failed, "first", Some.Now);
        Assert.That(first.End(!failed, "second", Some.Later), Is.EqualTo(first));
        Assert.That((Active.IsActive, first.IsActive), Is.EqualTo((true, false)));
    }
}
