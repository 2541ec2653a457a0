using Entourage.Domain.Sessions;

namespace Entourage.Domain.Tests.Sessions;

internal sealed class ChildTokenTests
{
    private static readonly Guid Agent = Guid.CreateVersion7(Some.Now);

    [Test]
    public void A_token_stores_the_hash_of_its_text_only()
    {
        var (token, text) = ChildToken.Issue(42, Agent, TimeSpan.FromMinutes(5), Some.Now);
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Match("^ect_[A-Za-z0-9_-]{43}$"));
            Assert.That(text, Has.Length.LessThanOrEqualTo(ChildToken.TextLength));
            Assert.That(token.TokenHash, Is.EqualTo(ChildToken.HashOf(text)).And.Length.EqualTo(32));
            Assert.That((token.SessionId, token.AgentId, token.ExpiresAt), Is.EqualTo((42L, (Guid?)Agent, Some.Now.AddMinutes(5))));
            Assert.That(ChildToken.Issue(42, Agent, TimeSpan.FromMinutes(5), Some.Now).Text, Is.Not.EqualTo(text));
        });
    }

    [TestCase(-1, true)]
    [TestCase(0, false)]
    [TestCase(1, false)]
    public void A_token_is_valid_until_it_expires(long ticks, bool allows)
    {
        var (token, _) = ChildToken.Issue(42, agentId: null, TimeSpan.FromMinutes(5), Some.Now);
        Assert.That(token.Allows(Agent, Some.Now.AddMinutes(5).AddTicks(ticks)), Is.EqualTo(allows));
    }

    [Test]
    public void A_token_for_one_agent_is_valid_for_that_agent_only()
    {
        var (own, _) = ChildToken.Issue(42, Agent, TimeSpan.FromMinutes(5), Some.Now);
        var (shared, _) = ChildToken.Issue(42, agentId: null, TimeSpan.FromMinutes(5), Some.Now);
        var other = Guid.CreateVersion7(Some.Later);
        Assert.That((own.Allows(Agent, Some.Now), own.Allows(other, Some.Now), shared.Allows(other, Some.Now)), Is.EqualTo((true, false, true)));
    }
}
