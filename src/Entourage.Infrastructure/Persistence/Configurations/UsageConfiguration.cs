using Entourage.Application.Abstractions;
using Entourage.Domain.Agents;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Labels;
using Entourage.Domain.Organisations;
using Entourage.Domain.Sessions;
using Entourage.Domain.Teams;
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
        builder.Property(record => record.RequestedModel).HasMaxLength(Agent.ModelLength);
        builder.Property(record => record.ProviderResponseId).HasMaxLength(UsageRecord.ResponseIdLength);

        // The only index over all records, because each index slows every insert.
        builder.HasIndex(record => new { record.SessionId, record.Sequence });

        // The few records that wait for a price, and the corrections that gave them one.
        builder.HasIndex(record => new { record.Model, record.Sequence }).HasFilter("[CostSource] IN (2, 5)");
        builder.HasIndex(record => record.Corrects).IsUnique().HasFilter("[Corrects] IS NOT NULL");
        builder.HasOne<Session>().WithMany().HasForeignKey(record => record.SessionId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class UsageRollupConfiguration : IEntityTypeConfiguration<UsageRollup>
{
    public void Configure(EntityTypeBuilder<UsageRollup> builder)
    {
        builder.HasKey(rollup => new { rollup.TeamId, rollup.QuarterAt, rollup.SessionId, rollup.Model, rollup.LabelSetId });
        builder.Property(rollup => rollup.Model).HasMaxLength(Agent.ModelLength);
        builder.Ignore(rollup => rollup.Sum);
        builder.Ignore(rollup => rollup.Cost);
        builder.ComplexProperty(rollup => rollup.Summarised, amounts => amounts.Name("Summarised"));

        // The few rollups that the summaries lack. Stored as a number, because EF translates a condition on a bool differently from the filter.
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
        builder.HasKey(compacted => new { compacted.SessionId, compacted.QuarterAt, compacted.Model, compacted.LabelSetId });
        builder.Property(compacted => compacted.Model).HasMaxLength(Agent.ModelLength);
        builder.ComplexProperty(compacted => compacted.Amounts, amounts => amounts.Name(""));
        builder.HasOne<Session>().WithMany().HasForeignKey(compacted => compacted.SessionId).OnDelete(DeleteBehavior.Restrict);
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
    /// <summary>Names the columns of amounts after their content, with a prefix.</summary>
    public static void Name(this ComplexPropertyBuilder<UsageAmounts> amounts, string prefix)
    {
        foreach (var property in amounts.Metadata.ComplexType.GetProperties().ToArray())
        {
            amounts.Property(property.Name).HasColumnName(prefix + property.Name);
        }
    }
}

internal sealed class LabelSetMemberConfiguration : IEntityTypeConfiguration<LabelSetMember>
{
    public void Configure(EntityTypeBuilder<LabelSetMember> builder)
    {
        builder.ToTable("LabelSets");
        builder.HasKey(member => new { member.OrganisationId, member.LabelSetId, member.Key });
        // KEY is a reserved word of T-SQL.
        builder.Property(member => member.Key).HasColumnName("LabelKey").HasMaxLength(LabelSet.KeyLength).IsUnicode(false);
        builder.Property(member => member.Value).HasColumnName("LabelValue").HasMaxLength(LabelSet.ValueLength);
        builder.HasIndex(member => new { member.OrganisationId, member.Key, member.Value });
        builder.HasOne<Organisation>().WithMany().HasForeignKey(member => member.OrganisationId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class BudgetRuleConfiguration : IEntityTypeConfiguration<BudgetRule>
{
    public void Configure(EntityTypeBuilder<BudgetRule> builder)
    {
        builder.Property(rule => rule.Name).HasMaxLength(BudgetRule.NameLength);
        builder.Property(rule => rule.Match).HasMaxLength(BudgetRule.MatchLength);
        builder.Property(rule => rule.Thresholds).HasMaxLength(AlertThresholds.TextLength).IsUnicode(false);
        builder.Property(rule => rule.Version).IsConcurrencyToken();
        builder.HasIndex(rule => new { rule.OrganisationId, rule.TeamId });
        builder.HasOne<Organisation>().WithMany().HasForeignKey(rule => rule.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Team>().WithMany().HasForeignKey(rule => rule.TeamId).OnDelete(DeleteBehavior.Restrict);
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
    // Both databases support names in brackets.
    private const string NotEnded = "[EndedAt] IS NULL";

    public void Configure(EntityTypeBuilder<Reservation> builder)
    {
        builder.Property(reservation => reservation.Id).ValueGeneratedNever();
        builder.Property(reservation => reservation.Model).HasMaxLength(Agent.ModelLength);
        builder.Ignore(reservation => reservation.LapsesAt);
        builder.HasOne<Session>().WithMany().HasForeignKey(reservation => reservation.SessionId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Organisation>().WithMany().HasForeignKey(reservation => reservation.OrganisationId).OnDelete(DeleteBehavior.Restrict);

        // The few live reservations, to find those of a session and those that have expired.
        builder.HasIndex(reservation => reservation.SessionId).HasFilter(NotEnded);
        builder.HasIndex(reservation => new { reservation.OrganisationId, reservation.ExpiresAt }).HasFilter(NotEnded);

        // Ended reservations, to purge old ones and to find the sessions of recent ones.
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
