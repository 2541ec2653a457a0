using Entourage.Domain.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        // No foreign keys, because an entry outlives its subject. EF must know the triggers, because SQL Server needs other inserts then.
        builder.ToTable("AuditEntries", table =>
        {
            table.HasTrigger(AuditTriggers.NoUpdate);
            table.HasTrigger(AuditTriggers.NoDelete);
        });
        builder.HasKey(entry => entry.Sequence);
        builder.Property(entry => entry.Sequence).ValueGeneratedOnAdd();
        builder.Property(entry => entry.Actor).HasMaxLength(AuditEntry.ActorLength);
        builder.Property(entry => entry.ActorKind).HasConversion<string>().HasMaxLength(AuditEntry.NameLength).IsUnicode(false);
        builder.Property(entry => entry.ActorIssuer).HasMaxLength(AuditEntry.IssuerLength);
        builder.Property(entry => entry.ActorSubject).HasMaxLength(AuditEntry.ActorSubjectLength);
        builder.Property(entry => entry.Action).HasConversion<string>().HasMaxLength(AuditEntry.NameLength).IsUnicode(false);
        builder.Property(entry => entry.SubjectKind).HasConversion<string>().HasMaxLength(AuditEntry.NameLength).IsUnicode(false);
        builder.Property(entry => entry.SubjectId).HasMaxLength(AuditEntry.SubjectIdLength);

        // "Old" and "New" are keywords in triggers.
        builder.Property(entry => entry.Old).HasColumnName("OldValue");
        builder.Property(entry => entry.New).HasColumnName("NewValue");
        builder.HasIndex(entry => new { entry.OrganisationId, entry.Sequence });
        builder.HasIndex(entry => new { entry.TeamId, entry.Sequence });
        builder.HasIndex(entry => new { entry.SubjectId, entry.Sequence });
    }
}
