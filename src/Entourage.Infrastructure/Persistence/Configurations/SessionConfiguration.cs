using Entourage.Domain.Agents;
using Entourage.Domain.Alerts;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.Property(session => session.CostNanoUsd).HasColumnName("Cost");
        builder.Property(session => session.ImputedCostNanoUsd).HasColumnName("ImputedCost");
        builder.Ignore(session => session.Cost);
        builder.Ignore(session => session.ImputedCost);
        builder.Ignore(session => session.Calls);
        builder.Property(session => session.Model).HasMaxLength(Agent.ModelLength);
        builder.Property(session => session.Error).HasMaxLength(Session.ErrorLength);
        builder.Property(session => session.Watch).HasMaxLength(DetectorState.TextLength).IsUnicode(false);
        builder.HasIndex(session => new { session.AgentId, session.Status, session.Id });

        // The newest sessions of a team, for the pages of its costs.
        builder.HasIndex(session => new { session.TeamId, session.Id });

        // The active sessions of a team, which have no end, and those that ended since an instant.
        builder.HasIndex(session => new { session.TeamId, session.EndedAt });
        builder.HasOne<Team>().WithMany().HasForeignKey(session => session.TeamId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Agent>().WithMany().HasForeignKey(session => session.AgentId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<WorkTask>().WithMany().HasForeignKey(session => session.TaskId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Session>().WithMany().HasForeignKey(session => session.ParentSessionId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(session => session.Version).IsConcurrencyToken();
    }
}

internal sealed class ChildTokenConfiguration : IEntityTypeConfiguration<ChildToken>
{
    public void Configure(EntityTypeBuilder<ChildToken> builder)
    {
        builder.HasKey(token => token.TokenHash);
        builder.Property(token => token.TokenHash).HasMaxLength(HashColumn.Length).IsFixedLength();
        builder.HasOne<Session>().WithMany().HasForeignKey(token => token.SessionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Agent>().WithMany().HasForeignKey(token => token.AgentId).OnDelete(DeleteBehavior.Restrict);

        // Expired tokens, to purge them.
        builder.HasIndex(token => token.ExpiresAt);
    }
}
