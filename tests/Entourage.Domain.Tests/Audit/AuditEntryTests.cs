using Entourage.Domain.Audit;

namespace Entourage.Domain.Tests.Audit;

internal sealed class AuditEntryTests
{
    private static readonly Guid Organisation = Guid.CreateVersion7(Some.Now);
    private static readonly Guid Team = Guid.CreateVersion7(Some.Now);
    private static readonly Guid Key = Guid.CreateVersion7(Some.Now);

    [Test]
    public void An_entry_holds_the_action_the_subject_and_the_actor()
    {
        var actor = new AuditActor("Ada", Key) { Kind = ActorKind.Token, Issuer = "https://id.example", Subject = "ada" };
        var entry = AuditEntry.Create(
            AuditAction.TaskCapChanged, AuditSubject.Of(AuditSubjectKind.Task, 7, Organisation, Team), "old", "new", actor, Some.Now);
        Assert.Multiple(() =>
        {
            Assert.That((entry.Action, entry.OccurredAt, entry.Old, entry.New), Is.EqualTo((AuditAction.TaskCapChanged, Some.Now, "old", "new")));
            Assert.That(
                (entry.SubjectKind, entry.SubjectId, entry.OrganisationId, entry.TeamId),
                Is.EqualTo((AuditSubjectKind.Task, "7", (Guid?)Organisation, (Guid?)Team)));
            Assert.That((entry.Actor, entry.KeyId), Is.EqualTo(("Ada", (Guid?)Key)));
            Assert.That((entry.ActorKind, entry.ActorIssuer, entry.ActorSubject), Is.EqualTo(((ActorKind?)ActorKind.Token, "https://id.example", "ada")));
        });
    }

    [Test]
    public void An_actor_with_a_key_is_its_holder_and_one_without_is_the_operator()
    {
        Assert.That(new AuditActor("Ada", Key).Kind, Is.EqualTo(ActorKind.Key));
        Assert.That(new AuditActor("operator").Kind, Is.EqualTo(ActorKind.Operator));
    }

    [TestCase(199, 199)]
    [TestCase(200, 200)]
    [TestCase(201, 200)]
    public void A_long_name_is_cut(int length, int kept) => Assert.That(new AuditActor(new string('x', length)).Name, Has.Length.EqualTo(kept));

    [Test]
    public void A_name_is_not_cut_within_a_surrogate_pair()
    {
        var name = new string('x', AuditEntry.ActorLength - 1) + "😀";
        Assert.That(new AuditActor(name).Name, Is.EqualTo(new string('x', AuditEntry.ActorLength - 1)));
        Assert.That(new AuditActor("x" + name[1..^2] + "x😀").Name, Has.Length.EqualTo(AuditEntry.ActorLength));
        Assert.That(new AuditActor(name[1..]).Name, Is.EqualTo(name[1..]));
    }

    [Test]
    public void A_long_issuer_and_subject_are_cut()
    {
        var actor = new AuditActor("Ada") { Issuer = new string('i', 501), Subject = new string('s', 256) };
        Assert.That((actor.Issuer!.Length, actor.Subject!.Length), Is.EqualTo((AuditEntry.IssuerLength, AuditEntry.ActorSubjectLength)));
        Assert.That((actor with { Issuer = null, Subject = null }).Issuer, Is.Null);
    }

    [Test]
    public void A_subject_is_identified_by_its_uuid_or_number()
    {
        Assert.That(
            AuditSubject.Of(AuditSubjectKind.Team, Team, Organisation, Team), Is.EqualTo(new AuditSubject(AuditSubjectKind.Team, $"{Team}", Organisation, Team)));
        Assert.That(AuditSubject.Of(AuditSubjectKind.Key, Key, null), Is.EqualTo(new AuditSubject(AuditSubjectKind.Key, $"{Key}", null, null)));
    }
}
