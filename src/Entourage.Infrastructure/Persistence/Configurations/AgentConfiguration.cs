using Entourage.Domain.Agents;
using Entourage.Domain.Organisations;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class AgentConfiguration : IEntityTypeConfiguration<Agent>
{
    public void Configure(EntityTypeBuilder<Agent> builder)
    {
        builder.Property(agent => agent.Id).ValueGeneratedNever();
        builder.Property(agent => agent.Name).HasMaxLength(Organisation.NameLength);
        builder.Property(agent => agent.Model).HasMaxLength(Agent.ModelLength);
        builder.HasIndex(agent => new { agent.TeamId, agent.Name }).IsUnique().HasFilter(PauseColumns.IsNotArchived);
        builder.HasIndex(agent => agent.TeamId);
        builder.HasIndex(agent => agent.MovesAt).HasFilter("[MovesAt] IS NOT NULL");
        builder.HasOne<Team>().WithMany().HasForeignKey(agent => agent.TeamId).OnDelete(DeleteBehavior.Restrict);
        builder.ComplexProperty(agent => agent.Pause, PauseColumns.Configure);
        builder.Ignore(agent => agent.Stop);
        builder.Property(agent => agent.Version).IsConcurrencyToken();
    }
}
