using Entourage.Domain.Budgets;

namespace Entourage.Domain.Tests.Budgets;

internal sealed class BudgetWindowTests
{
    [Test]
    public void A_scope_id_is_the_text_of_a_uuid()
    {
        var text = BudgetWindow.IdOf(new Guid("0195F3C0-0000-7000-8000-0000000000AB"));
        Assert.That(text, Is.EqualTo("0195f3c0-0000-7000-8000-0000000000ab"));
        Assert.That(text, Has.Length.EqualTo(BudgetWindow.ScopeIdLength));
    }

    [TestCase(0, "0")]
    [TestCase(1234567, "1234567")]
    [TestCase(long.MaxValue, "9223372036854775807")]
    [SetCulture("ar-SA")]
    public void A_scope_id_is_the_digits_of_a_number_in_every_culture(long id, string text) => Assert.That(BudgetWindow.IdOf(id), Is.EqualTo(text));

    [TestCase(BudgetScope.Organisation, 1)]
    [TestCase(BudgetScope.Team, 2)]
    [TestCase(BudgetScope.Agent, 3)]
    [TestCase(BudgetScope.Task, 4)]
    [TestCase(BudgetScope.Session, 5)]
    public void Stored_numbers_of_scopes_never_change(BudgetScope scope, int stored) => Assert.That((int)scope, Is.EqualTo(stored));

    [TestCase(BudgetPeriod.Total, 0)]
    [TestCase(BudgetPeriod.Day, 1)]
    [TestCase(BudgetPeriod.Week, 2)]
    [TestCase(BudgetPeriod.Month, 3)]
    public void Stored_numbers_of_periods_never_change(BudgetPeriod period, int stored) => Assert.That((int)period, Is.EqualTo(stored));
}
