namespace Entourage.Domain.Tests;

internal sealed class RuleViolationExceptionTests
{
    [Test]
    public void A_violation_has_a_code_a_message_and_a_field()
    {
        var violation = new RuleViolationException("illegal-status", "A task cannot do that.", "Status");
        Assert.That(violation.Code, Is.EqualTo("illegal-status"));
        Assert.That(violation.Message, Is.EqualTo("A task cannot do that."));
        Assert.That(violation.Field, Is.EqualTo("Status"));
    }

    [Test]
    public void A_violation_without_a_field_has_none() =>
        Assert.That(new RuleViolationException("session-ended", "It has ended.").Field, Is.Null);

    [Test]
    public void A_violation_can_be_reported_under_the_callers_name_of_the_field()
    {
        var violation = new RuleViolationException("cap-too-large", "The cap is too large.", "Granted").ForField("GrantedUsd");
        Assert.That((violation.Code, violation.Message, violation.Field), Is.EqualTo(("cap-too-large", "The cap is too large.", "GrantedUsd")));
    }
}
