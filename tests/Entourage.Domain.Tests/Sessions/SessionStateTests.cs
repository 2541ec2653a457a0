using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Sessions;

internal sealed class SessionStateTests
{
    private static readonly SessionState Active = new(SessionStatus.Active, EndedAt: null, Error: null);

    [Test]
    public void It_ends_well() => Assert.That(
        Active.End(failed: false, error: null, Some.Later), Is.EqualTo(new SessionState(SessionStatus.Completed, Some.Later, null)));

    [Test]
    public void It_fails_with_its_error() => Assert.That(
        Active.End(failed: true, "Out of memory", Some.Later), Is.EqualTo(new SessionState(SessionStatus.Failed, Some.Later, "Out of memory")));

    [TestCase(true)]
    [TestCase(false)]
    public void A_second_end_changes_nothing(bool failed)
    {
        var first = Active.End(failed, "first", Some.Now);
        Assert.That(first.End(!failed, "second", Some.Later), Is.EqualTo(first));
        Assert.That((Active.IsActive, first.IsActive), Is.EqualTo((true, false)));
    }
}
