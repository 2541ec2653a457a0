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
        builder.HasKey(teamEvent => teamEvent.Sequence);
        builder.Property(teamEvent => teamEvent.Sequence).ValueGeneratedOnAdd();
        builder.HasIndex(teamEvent => new { teamEvent.TeamId, teamEvent.Sequence });
        builder.HasOne<Team>().WithMany().HasForeignKey(teamEvent => teamEvent.TeamId).OnDelete(DeleteBehavior.Restrict);
    }
}
