using Entourage.Domain.Otlp;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class SourceSessionConfiguration : IEntityTypeConfiguration<SourceSession>
{
    public void Configure(EntityTypeBuilder<SourceSession> builder)
    {
        builder.HasKey(source => source.KeyHash);
        builder.Property(source => source.KeyHash).HasMaxLength(HashColumn.Length).IsFixedLength();
        builder.HasOne<Session>().WithMany().HasForeignKey(source => source.SessionId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class SourceProcessConfiguration : IEntityTypeConfiguration<SourceProcess>
{
    public void Configure(EntityTypeBuilder<SourceProcess> builder)
    {
        builder.HasKey(process => process.KeyHash);
        builder.Property(process => process.KeyHash).HasMaxLength(HashColumn.Length).IsFixedLength();

        // Only times, hashes and numbers.
        builder.Property(process => process.Coverage).IsUnicode(false);
        builder.Property(process => process.Totals).IsUnicode(false);
    }
}

internal static class HashColumn
{
    public const int Length = 32; // SHA-256
}
