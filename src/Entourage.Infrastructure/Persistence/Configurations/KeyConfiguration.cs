using Entourage.Domain.Agents;
using Entourage.Domain.Keys;
using Entourage.Domain.Organisations;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    private const int HashLength = 32; // SHA-256

    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.HasKey(key => key.Sequence);
        builder.Property(key => key.Sequence).ValueGeneratedOnAdd();
        builder.Property(key => key.Name).HasMaxLength(Organisation.NameLength);
        builder.Property(key => key.CreatedBy).HasMaxLength(Organisation.NameLength);
        builder.Property(key => key.Prefix).HasMaxLength(KeyText.PrefixLength).IsUnicode(false);
        builder.Property(key => key.Salt).HasMaxLength(ApiKey.SaltLength).IsFixedLength();
        builder.Property(key => key.Hash).HasMaxLength(HashLength).IsFixedLength();
        builder.HasIndex(key => key.Id).IsUnique();
        builder.HasIndex(key => key.Prefix).IsUnique();
        builder.HasIndex(key => new { key.TeamId, key.Sequence });
        builder.HasOne<Organisation>().WithMany().HasForeignKey(key => key.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Team>().WithMany().HasForeignKey(key => key.TeamId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Agent>().WithMany().HasForeignKey(key => key.AgentId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class KeyRevisionConfiguration : IEntityTypeConfiguration<KeyRevision>
{
    public void Configure(EntityTypeBuilder<KeyRevision> builder)
    {
        builder.Property(revision => revision.Id).ValueGeneratedNever();
        builder.HasData(new { Id = KeyRevision.OnlyId, Number = 0L });
    }
}
