using Entourage.Application.Abstractions;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
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
        builder.HasIndex(record => new { record.Model, record.Sequence }).HasFilter("[CostSource] IN (2, 5)");
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
        builder.Ignore(rollup => rollup.Sum);
        builder.Ignore(rollup => rollup.Cost);
        builder.ComplexProperty(rollup => rollup.Summarised, amounts => amounts.Name("Summarised"));

        // Of the few that the summaries lack. A number, since a condition on a truth value is not written as the index's is.
        builder.Property(rollup => rollup.IsSummarised).HasConversion<int>();
        builder.HasIndex(rollup => rollup.TeamId).HasFilter("[IsSummarised] = 0");
        builder.HasOne<Session>().WithMany().HasForeignKey(rollup => rollup.SessionId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CompactedUsageConfiguration : IEntityTypeConfiguration<CompactedUsage>
{
    public void Configure(EntityTypeBuilder<CompactedUsage> builder)
    {
        builder.ToTable("CompactedUsage");
        builder.HasKey(folded => new { folded.SessionId, folded.QuarterAt, folded.Model });
        builder.Property(folded => folded.Model).HasMaxLength(Agent.ModelLength);
        builder.ComplexProperty(folded => folded.Amounts, amounts => amounts.Name(""));
        builder.HasOne<Session>().WithMany().HasForeignKey(folded => folded.SessionId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class CostSummaryConfiguration : IEntityTypeConfiguration<CostSummary>
{
    public void Configure(EntityTypeBuilder<CostSummary> builder)
    {
        builder.HasKey(summary => new { summary.SubjectId, summary.Heading, summary.Day, summary.Item });
        builder.Property(summary => summary.Item).HasMaxLength(CostSummary.ItemLength);
        builder.Ignore(summary => summary.Key);
        builder.ComplexProperty(summary => summary.Amounts, amounts => amounts.Name(""));
    }
}

internal static class AmountColumns
{
    /// <summary>Names the columns of amounts after what they hold.</summary>
    public static void Name(this ComplexPropertyBuilder<UsageAmounts> amounts, string prefix)
    {
        foreach (var property in amounts.Metadata.ComplexType.GetProperties().ToArray())
        {
            amounts.Property(property.Name).HasColumnName(prefix + property.Name);
        }
    }
}

internal sealed class BudgetCounterConfiguration : IEntityTypeConfiguration<BudgetCounter>
{
    public void Configure(EntityTypeBuilder<BudgetCounter> builder)
    {
        builder.HasKey(counter => new { counter.Scope, counter.ScopeId, counter.Period, counter.Start });
        builder.Property(counter => counter.ScopeId).HasMaxLength(BudgetWindow.ScopeIdLength).IsUnicode(false);
        builder.Property(counter => counter.SpentNanoUsd).HasColumnName("Spent");
        builder.Property(counter => counter.ReservedNanoUsd).HasColumnName("Reserved");
        builder.Ignore(counter => counter.Spent);
        builder.Ignore(counter => counter.Reserved);
        builder.Ignore(counter => counter.Spending);
        builder.Ignore(counter => counter.Window);
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
