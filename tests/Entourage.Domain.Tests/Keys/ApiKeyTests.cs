using Entourage.Domain.Access;
using Entourage.Domain.Keys;

namespace Entourage.Domain.Tests.Keys;

internal sealed class ApiKeyTests
{
    private static readonly KeyLabel Label = new("ci", "Ada", Some.Later);

    [Test]
    public void Key_texts_are_well_formed_and_unique()
    {
        var texts = Enumerable.Range(0, 100).Select(_ => KeyText.Create()).ToArray();
        Assert.That(texts, Is.Unique);
        Assert.That(texts, Is.All.Match("^ent_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$"));
        Assert.That(texts.Select(KeyText.PrefixOf), Is.EqualTo(texts.Select(text => text.Split('_')[1])));
        Assert.That(texts, Is.All.Length.LessThanOrEqualTo(KeyText.MaxLength));
    }

    [TestCase("the-operator-has-chosen-this-one")]
    [TestCase("ent_short")]
    [TestCase("ent_0123456789abc_a prefix that is too long")]
    [TestCase("")]
    public void A_custom_text_is_looked_up_by_a_part_of_its_hash(string text)
    {
        var prefix = KeyText.PrefixOf(text);
        Assert.That(prefix, Does.Match("^[0-9a-f]{12}$"));
        Assert.That(text.Contains(prefix, StringComparison.Ordinal), Is.False);
    }

    [Test]
    public void A_key_matches_only_its_own_text()
    {
        var text = KeyText.Create();
        var key = ApiKey.ForAdmin(Label, text, Some.Now);
        Assert.Multiple(() =>
        {
            Assert.That(key.Matches(text), Is.True);
            Assert.That(key.Matches(text + " "), Is.False);
            Assert.That(key.Matches(KeyText.Create()), Is.False);
            Assert.That(key.Matches(""), Is.False);
            Assert.That(ApiKey.ForAdmin(Label, text, Some.Now).Hash, Is.Not.EqualTo(key.Hash), "each key has a different salt");
        });
    }

    [Test]
    public void A_key_has_the_role_and_owner_that_it_was_issued_for()
    {
        var (team, agent) = (Some.Team(), Some.Agent());
        var (admin, lead, own) = (
            ApiKey.ForAdmin(Label, "a", Some.Now), ApiKey.ForLead(Label, team, "b", Some.Now), ApiKey.ForAgent(Label, team, agent, "c", Some.Now));
        Assert.Multiple(() =>
        {
            Assert.That((admin.Role, admin.OrganisationId, admin.TeamId, admin.AgentId), Is.EqualTo((CallerRole.Admin, default(Guid?), default(Guid?), default(Guid?))));
            Assert.That((lead.Role, lead.OrganisationId, lead.TeamId, lead.AgentId), Is.EqualTo((CallerRole.Lead, (Guid?)team.OrganisationId, (Guid?)team.Id, default(Guid?))));
            Assert.That((own.Role, own.OrganisationId, own.TeamId, own.AgentId), Is.EqualTo((CallerRole.Agent, (Guid?)team.OrganisationId, (Guid?)team.Id, (Guid?)agent.Id)));
            Assert.That((own.Name, own.CreatedBy, own.CreatedAt, own.ExpiresAt), Is.EqualTo(("ci", "Ada", Some.Now, (DateTimeOffset?)Some.Later)));
            Assert.That(own.Id.Version, Is.EqualTo(7));
        });
    }

    [Test]
    public void A_key_is_revoked_once()
    {
        var key = ApiKey.ForAdmin(Label, "text", Some.Now);
        Assert.That((key.Revoke(Some.Now), key.Revoke(Some.Later), key.RevokedAt), Is.EqualTo((true, false, (DateTimeOffset?)Some.Now)));
    }

    [Test]
    public void A_key_with_a_past_expiry_is_refused() =>
        Assert.That(() => ApiKey.ForAdmin(Label with { ExpiresAt = Some.Now }, "text", Some.Now), Refused.With("validation", "ExpiresAt"));

    [Test]
    public void A_key_stores_its_prefix_and_a_salted_hash()
    {
        var text = KeyText.Create();
        var key = ApiKey.ForAdmin(Label with { ExpiresAt = null }, text, Some.Now);
        Assert.Multiple(() =>
        {
            Assert.That(key.Prefix, Is.EqualTo(KeyText.PrefixOf(text)));
            Assert.That(key.Salt, Has.Length.EqualTo(ApiKey.SaltLength));
            Assert.That(key.Hash, Has.Length.EqualTo(32));
            Assert.That((key.ExpiresAt, key.RevokedAt, key.LastUsedAt), Is.EqualTo((default(DateTimeOffset?), default(DateTimeOffset?), default(DateTimeOffset?))));
        });
    }

    [TestCase(1, true)]
    [TestCase(0, false)]
    [TestCase(-1, false)]
    public void A_key_must_expire_in_the_future(int ticks, bool isIssued)
    {
        Action issue = () => ApiKey.ForAdmin(Label with { ExpiresAt = Some.Now.AddTicks(ticks) }, "text", Some.Now);
        Assert.That(issue, isIssued ? Throws.Nothing : Throws.TypeOf<RuleViolationException>().With.Message.EqualTo("The expiry must be in the future."));
    }
}
