using Entourage.Domain.Events;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class TeamEventConfiguration : IEntityTypeConfiguration<TeamEvent>
{
    public void Configure(EntityTypeBuilder<TeamEvent> builder)
    {
        builder.ToTable("Events");
        builder.HasKey(told => told.Sequence);
        builder.Property(told => told.Sequence).ValueGeneratedOnAdd();
        builder.HasIndex(told => new { told.TeamId, told.Sequence });
        builder.HasOne<Team>().WithMany().HasForeignKey(told => told.TeamId).OnDelete(DeleteBehavior.Restrict);
    }
}
