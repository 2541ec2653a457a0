namespace Entourage.Infrastructure.Ledger;

/// <summary>The statement of the audit trail, which both databases understand. There is one: the trail is added to.</summary>
internal static class LedgerAuditSql
{
    public const string Insert =
        "INSERT INTO AuditEntries (OccurredAt, OrganisationId, TeamId, Actor, KeyId, ActorKind, ActorIssuer, ActorSubject, Action, SubjectKind, SubjectId, "
        + "OldValue, NewValue) "
        + "VALUES (@occurred, @organisation, @team, @actor, @key, @actorKind, @issuer, @actorSubject, @action, @kind, @subject, @old, @new)";
}
