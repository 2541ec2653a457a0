namespace Entourage.Domain.Tests;

internal sealed class RuleViolationExceptionTests
{
    [Test]
    public void It_says_which_rule_why_and_what_is_at_fault()
    {
        var violation = new RuleViolationException("illegal-status", "A task cannot do that.", "Status");
        Assert.That(violation.Code, Is.EqualTo("illegal-status"));
        Assert.That(violation.Message, Is.EqualTo("A task cannot do that."));
        Assert.That(violation.Field, Is.EqualTo("Status"));
    }

    [Test]
    public void No_input_is_at_fault_unless_one_is_named() =>
        Assert.That(new RuleViolationException("session-ended", "It has ended.").Field, Is.Null);
}
