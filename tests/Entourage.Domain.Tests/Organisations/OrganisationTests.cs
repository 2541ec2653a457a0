using System.Text.RegularExpressions;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;

namespace Entourage.Domain.Tests.Organisations;

internal sealed class OrganisationTests
{
    [Test]
    public void A_new_organisation_has_no_limits()
    {
        var organisation = Organisation.Create("Acme Ltd.", "acme", Some.Now);
        Assert.That(organisation.Id.Version, Is.EqualTo(7));
        Assert.That(organisation.Name, Is.EqualTo("Acme Ltd."));
        Assert.That(organisation.Slug, Is.EqualTo("acme"));
        Assert.That(organisation.CreatedAt, Is.EqualTo(Some.Now));
        Assert.That(organisation.Limits, Is.EqualTo(new OrganisationLimits { Daily = null, Monthly = null }));
        Assert.That(organisation.Version, Is.Zero);
    }

    [Test]
    public void New_limits_replace_the_old_ones_and_increment_the_version()
    {
        var organisation = Some.Organisation();
        organisation.SetLimits(new OrganisationLimits { Daily = Some.Usd(10), Monthly = Some.Usd(100) });
        organisation.SetLimits(new OrganisationLimits { Daily = Some.Usd(20) });
        Assert.That(organisation.Limits.Daily, Is.EqualTo(Some.Usd(20)));
        Assert.That(organisation.Limits.Monthly, Is.Null);
        Assert.That(organisation.Version, Is.EqualTo(2));
    }

    [TestCase("acme", true)]
    [TestCase("a-1", true)]
    [TestCase("-", true)]
    [TestCase("", false)]
    [TestCase("Acme", false)]
    [TestCase("ac me", false)]
    [TestCase("acmé", false)]
    [TestCase("acme_1", false)]
    public void A_slug_is_lower_case_letters_digits_and_hyphens(string slug, bool fits) =>
        Assert.That(Regex.IsMatch(slug, Organisation.SlugPattern), Is.EqualTo(fits));

    [Test]
    public void The_slug_pattern_allows_the_longest_slug_and_no_more()
    {
        var longest = new string('a', Organisation.SlugLength);
        Assert.That(longest, Does.Match(Organisation.SlugPattern));
        Assert.That(longest + "a", Does.Not.Match(Organisation.SlugPattern));
    }
}
