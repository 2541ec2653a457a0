using Entourage.Domain.Agents;
using Entourage.Domain.HumanRequests;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class HumanRequestConfiguration : IEntityTypeConfiguration<HumanRequest>
{
    public void Configure(EntityTypeBuilder<HumanRequest> builder)
    {
        builder.HasKey(asked => asked.Sequence);
        builder.Property(asked => asked.Sequence).ValueGeneratedOnAdd();
        builder.Property(asked => asked.Question).HasMaxLength(HumanRequest.QuestionLength);
        builder.Property(asked => asked.Response).HasMaxLength(HumanRequest.ResponseLength);
        builder.Property(asked => asked.Version).IsConcurrencyToken();
        builder.HasIndex(asked => asked.Id).IsUnique();
        builder.HasIndex(asked => new { asked.TeamId, asked.Sequence });
        builder.HasOne<Team>().WithMany().HasForeignKey(asked => asked.TeamId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Agent>().WithMany().HasForeignKey(asked => asked.AgentId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Session>().WithMany().HasForeignKey(asked => asked.SessionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<WorkTask>().WithMany().HasForeignKey(asked => asked.TaskId).OnDelete(DeleteBehavior.Restrict);
    }
}
