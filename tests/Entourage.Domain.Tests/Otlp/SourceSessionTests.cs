using Entourage.Domain.Otlp;
using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Otlp;

internal sealed class SourceSessionTests
{
    private static readonly Guid Agent = new("01912345-6789-7abc-8def-0123456789ab");
    private static readonly Guid Other = new("01912345-6789-7abc-8def-0123456789ac");

    [Test]
    public void A_programs_session_is_mapped_to_a_session_and_later_to_another()
    {
        var source = SourceSession.Link(Agent, "run 1", 42);
        Assert.That(source.SessionId, Is.EqualTo(42));
        Assert.That(source.KeyHash, Is.EqualTo(SourceSession.HashOf(Agent, "run 1")));
        source.GoOnIn(43);
        Assert.That(source.SessionId, Is.EqualTo(43));
    }

    [Test]
    public void The_key_differs_by_agent_and_name() => Assert.That(
        new[] { SourceSession.HashOf(Agent, "a"), SourceSession.HashOf(Other, "a"), SourceSession.HashOf(Agent, "A"), SourceSession.HashOf(Agent, "") }
            .Select(Convert.ToHexString),
        Is.Unique);

    [Test]
    public void The_key_of_a_process_differs_by_agent_process_and_name() => Assert.That(
        new[]
        {
            SourceProcess.HashOf(Agent, "a", "b"), SourceProcess.HashOf(Other, "a", "b"), SourceProcess.HashOf(Agent, "b", "a"),
            SourceProcess.HashOf(Agent, "a\nb", ""), SourceProcess.HashOf(Agent, "b", "a\n"), SourceProcess.HashOf(Agent, "", "a\nb"),
        }.Select(Convert.ToHexString),
        Is.Unique);

    [TestCase(SessionStatus.Active, null, true)]
    [TestCase(SessionStatus.Killed, -1, true)]
    [TestCase(SessionStatus.Completed, 1, true)]
    [TestCase(SessionStatus.Completed, 0, true)]
    [TestCase(SessionStatus.Completed, -1, false)]
    [TestCase(SessionStatus.Failed, -1, false)]
    [TestCase(SessionStatus.Abandoned, -1, false)]
    public void A_session_records_usage_until_it_ends_and_for_ever_if_it_was_killed(SessionStatus status, int? endsAfter, bool goesOn) =>
        Assert.That(SourceSession.GoesOn(status, endsAfter is { } ticks ? Some.Now.AddTicks(ticks) : null, Some.Now), Is.EqualTo(goesOn));

    [Test]
    public void A_process_stores_what_has_been_counted()
    {
        var process = SourceProcess.Begin([1, 2]);
        Assert.That((process.KeyHash, process.Coverage, process.Totals, process.Pending), Is.EqualTo((new byte[] { 1, 2 }, "", "", "")));
        var coverage = SourceCoverage.Parse("");
        coverage.TakeCall("call", Some.Now, "m", new(1, 2, 3, 4, 0.5m));
        process.Cover(coverage);
        process.Advance("totals");
        process.Await("pending");
        Assert.That((process.Coverage, process.Totals, process.Pending), Is.EqualTo((coverage.ToString(), "totals", "pending")));
    }
}
