using Entourage.Domain.Audit;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The audit trail, to which entries are only added.</summary>
internal static class AuditSql
{
    private static readonly RowBinding<AuditEntry> New = new()
    {
        { Column.Instant("OccurredAt"), entry => entry.OccurredAt },
        { Column.OptionalId("OrganisationId"), entry => entry.OrganisationId },
        { Column.OptionalId("TeamId"), entry => entry.TeamId },
        { Column.OptionalText("Actor", AuditEntry.ActorLength), entry => entry.Actor },
        { Column.OptionalId("KeyId"), entry => entry.KeyId },
        { Column.OptionalEnumName<ActorKind>("ActorKind", AuditEntry.NameLength), entry => entry.ActorKind },
        { Column.OptionalText("ActorIssuer", AuditEntry.IssuerLength), entry => entry.ActorIssuer },
        { Column.OptionalText("ActorSubject", AuditEntry.ActorSubjectLength), entry => entry.ActorSubject },
        { Column.EnumName<AuditAction>("Action", AuditEntry.NameLength), entry => entry.Action },
        { Column.EnumName<AuditSubjectKind>("SubjectKind", AuditEntry.NameLength), entry => entry.SubjectKind },
        { Column.Text("SubjectId", AuditEntry.SubjectIdLength), entry => entry.SubjectId },
        { Column.OptionalText("OldValue", Column.Unlimited), entry => entry.Old },
        { Column.OptionalText("NewValue", Column.Unlimited), entry => entry.New },
    };

    public static readonly RowStatement<AuditEntry> Insert = RowStatement<AuditEntry>.Insert("AuditEntries", New);
}
