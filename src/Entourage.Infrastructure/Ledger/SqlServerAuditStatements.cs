using System.Data;
using Entourage.Domain.Audit;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger;

/// <content>That of the audit trail.</content>
internal static partial class SqlServerStatements
{
    public static SqlCommand InsertAudited(IReadOnlyCollection<AuditEntry> entries) => Repeat(
        LedgerAuditSql.Insert, entries, (row, entry) =>
        {
            row.Add("@occurred", SqlDbType.DateTimeOffset, entry.OccurredAt);
            row.Add("@organisation", SqlDbType.UniqueIdentifier, entry.OrganisationId);
            row.Add("@team", SqlDbType.UniqueIdentifier, entry.TeamId);
            row.Add("@actor", SqlDbType.NVarChar, entry.Actor, AuditEntry.ActorLength);
            row.Add("@key", SqlDbType.UniqueIdentifier, entry.KeyId);
            row.Add("@actorKind", SqlDbType.VarChar, entry.ActorKind?.ToString(), AuditEntry.NameLength);
            row.Add("@issuer", SqlDbType.NVarChar, entry.ActorIssuer, AuditEntry.IssuerLength);
            row.Add("@actorSubject", SqlDbType.NVarChar, entry.ActorSubject, AuditEntry.ActorSubjectLength);
            row.Add("@action", SqlDbType.VarChar, entry.Action.ToString(), AuditEntry.NameLength);
            row.Add("@kind", SqlDbType.VarChar, entry.SubjectKind.ToString(), AuditEntry.NameLength);
            row.Add("@subject", SqlDbType.NVarChar, entry.SubjectId, AuditEntry.SubjectIdLength);
            row.Add("@old", SqlDbType.NVarChar, entry.Old, -1);
            row.Add("@new", SqlDbType.NVarChar, entry.New, -1);
        });
}
