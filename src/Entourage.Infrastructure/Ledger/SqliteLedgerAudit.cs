using Entourage.Domain.Audit;

namespace Entourage.Infrastructure.Ledger;

/// <content>The audit trail.</content>
internal sealed partial class SqliteLedger
{
    private void Write(AuditEntry entry) => Prepare(LedgerAuditSql.Insert)
        .Bind("@occurred", entry.OccurredAt)
        .Bind("@organisation", entry.OrganisationId)
        .Bind("@team", entry.TeamId)
        .Bind("@actor", entry.Actor)
        .Bind("@key", entry.KeyId)
        .Bind("@actorKind", entry.ActorKind?.ToString())
        .Bind("@issuer", entry.ActorIssuer)
        .Bind("@actorSubject", entry.ActorSubject)
        .Bind("@action", entry.Action.ToString())
        .Bind("@kind", entry.SubjectKind.ToString())
        .Bind("@subject", entry.SubjectId)
        .Bind("@old", entry.Old)
        .Bind("@new", entry.New)
        .Write();
}
