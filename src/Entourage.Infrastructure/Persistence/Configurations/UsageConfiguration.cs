using Entourage.Application.Abstractions;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;
using Entourage.Domain.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class UsageRecordConfiguration : IEntityTypeConfiguration<UsageRecord>
{
    public void Configure(EntityTypeBuilder<UsageRecord> builder)
    {
        builder.HasKey(record => record.Sequence);
        builder.Property(record => record.Sequence).ValueGeneratedOnAdd();
        builder.Property(record => record.Model).HasMaxLength(Agent.ModelLength);
        builder.Property(record => record.Error).HasMaxLength(Session.ErrorLength);

        // The only index of all: every record pays for each one.
        builder.HasIndex(record => new { record.SessionId, record.Sequence });

        // Of the few that wait for a price, and of those that gave them one.
        builder.HasIndex(record => new { record.Model, record.Sequence }).HasFilter("[CostSource] = 2");
        builder.HasIndex(record => record.Corrects).IsUnique().HasFilter("[Corrects] IS NOT NULL");
        builder.HasOne<Session>().WithMany().HasForeignKey(record => record.SessionId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class UsageRollupConfiguration : IEntityTypeConfiguration<UsageRollup>
{
    public void Configure(EntityTypeBuilder<UsageRollup> builder)
    {
        builder.HasKey(rollup => new { rollup.TeamId, rollup.QuarterAt, rollup.SessionId, rollup.Model });
        builder.Property(rollup => rollup.Model).HasMaxLength(Agent.ModelLength);
        builder.HasOne<Session>().WithMany().HasForeignKey(rollup => rollup.SessionId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class BudgetCounterConfiguration : IEntityTypeConfiguration<BudgetCounter>
{
    public void Configure(EntityTypeBuilder<BudgetCounter> builder)
    {
        builder.HasKey(counter => new { counter.Scope, counter.ScopeId, counter.Period, counter.Start });
        builder.Property(counter => counter.ScopeId).HasMaxLength(BudgetWindow.ScopeIdLength).IsUnicode(false);
    }
}

internal sealed class ReservationConfiguration : IEntityTypeConfiguration<Reservation>
{
    // Both databases read names in brackets.
    private const string NotEnded = "[EndedAt] IS NULL";

    public void Configure(EntityTypeBuilder<Reservation> builder)
    {
        builder.Property(reservation => reservation.Id).ValueGeneratedNever();
        builder.HasOne<Session>().WithMany().HasForeignKey(reservation => reservation.SessionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Organisation>().WithMany().HasForeignKey(reservation => reservation.OrganisationId).OnDelete(DeleteBehavior.Restrict);

        // Of the few that are live: those of a session, and those that have run out.
        builder.HasIndex(reservation => reservation.SessionId).HasFilter(NotEnded);
        builder.HasIndex(reservation => new { reservation.OrganisationId, reservation.ExpiresAt }).HasFilter(NotEnded);

        // Of the others: those that are old enough to be forgotten, and whose those are that ended lately.
        builder.HasIndex(reservation => new { reservation.EndedAt, reservation.SessionId }).HasFilter("[EndedAt] IS NOT NULL");
    }
}

internal sealed class IdempotentAnswerConfiguration : IEntityTypeConfiguration<IdempotentAnswer>
{
    private const int HashLength = 32; // SHA-256

    public void Configure(EntityTypeBuilder<IdempotentAnswer> builder)
    {
        builder.HasKey(answer => answer.KeyHash);
        builder.Property(answer => answer.KeyHash).HasMaxLength(HashLength).IsFixedLength();
        builder.Property(answer => answer.RequestHash).HasMaxLength(HashLength).IsFixedLength();
        builder.HasIndex(answer => answer.CreatedAt);
    }
}
