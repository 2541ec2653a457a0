using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Organisations;
using Entourage.Domain.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class TeamConfiguration : IEntityTypeConfiguration<Team>
{
    public void Configure(EntityTypeBuilder<Team> builder)
    {
        builder.Property(team => team.Id).ValueGeneratedNever();
        builder.Property(team => team.Name).HasMaxLength(Organisation.NameLength);
        builder.Property(team => team.Slug).HasMaxLength(Organisation.SlugLength).IsUnicode(false);
        builder.Property(team => team.Timezone).HasMaxLength(Team.TimezoneLength).IsUnicode(false);
        builder.HasIndex(team => new { team.OrganisationId, team.Slug }).IsUnique().HasFilter(PauseColumns.IsNotArchived);
        builder.HasIndex(team => team.OrganisationId);
        builder.HasOne<Organisation>().WithMany().HasForeignKey(team => team.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(team => team.Version).IsConcurrencyToken();
        builder.ComplexProperty(team => team.Pause, PauseColumns.Configure);
        builder.Ignore(team => team.Stop);
        builder.ComplexProperty(team => team.Watch, watch =>
        {
            // The defaults apply to rows that existed before these columns. The program always writes a value.
            watch.Property(rules => rules.Thresholds).HasColumnName("AlertThresholds").HasMaxLength(AlertThresholds.TextLength).IsUnicode(false)
                .HasDefaultValue(AlertThresholds.Default).ValueGeneratedNever();
            watch.Property(rules => rules.WindowMinutes).HasColumnName("RunawayWindowMinutes")
                .HasDefaultValue(DetectorRules.Default.WindowMinutes).ValueGeneratedNever();
            watch.Property(rules => rules.MaxTokens).HasColumnName("RunawayMaxTokens")
                .HasDefaultValue(DetectorRules.Default.MaxTokens).ValueGeneratedNever();
            watch.Property(rules => rules.MaxRepeatedErrors).HasColumnName("RunawayMaxRepeatedErrors")
                .HasDefaultValue(DetectorRules.Default.MaxRepeatedErrors).ValueGeneratedNever();
            watch.Property(rules => rules.Action).HasColumnName("RunawayAction")
                .HasDefaultValue(DetectorRules.Default.Action).ValueGeneratedNever();
        });
        builder.ComplexProperty(team => team.Limits, limits =>
        {
            limits.Property(limit => limit.Daily).HasColumnName("DailyLimit");
            limits.Property(limit => limit.Weekly).HasColumnName("WeeklyLimit");
            limits.Property(limit => limit.Monthly).HasColumnName("MonthlyLimit");
            limits.Property(limit => limit.Task).HasColumnName("TaskLimit");
            limits.Property(limit => limit.Session).HasColumnName("SessionLimit");
            limits.Property(limit => limit.AgentDaily).HasColumnName("AgentDailyLimit");
            limits.Property(limit => limit.ApplyGuidelineBudgets).HasColumnName("ApplyGuidelineBudgets");
            limits.Property(limit => limit.UnpricedModels).HasColumnName("UnpricedModels");

            // The default applies to rows that existed before the column. The program always writes a value.
            limits.Property(limit => limit.ModelFallbacks).HasColumnName("ModelFallbacks").HasMaxLength(ModelFallbacks.TextLength).IsUnicode(false)
                .HasDefaultValue(ModelFallbacks.None).ValueGeneratedNever();
            limits.Property(limit => limit.Enforcement).HasColumnName("Enforcement");
            limits.Property(limit => limit.AbandonedAfterMinutes).HasColumnName("AbandonedAfterMinutes");
            limits.Property(limit => limit.OnExceed).HasColumnName("OnExceed");
        });
        builder.ComplexProperty(team => team.DayGrant, grant =>
        {
            grant.IsRequired(false);
            grant.Property(granted => granted!.Day).HasColumnName("GrantDay");
            grant.Property(granted => granted!.Amount).HasColumnName("GrantAmount");
        });
    }
}
