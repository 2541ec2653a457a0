using Entourage.Domain.Alerts;
using Entourage.Domain.Teams;
using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class AlertConfiguration : IEntityTypeConfiguration<Alert>
{
    public void Configure(EntityTypeBuilder<Alert> builder)
    {
        builder.HasKey(alert => alert.Sequence);
        builder.Property(alert => alert.Sequence).ValueGeneratedOnAdd();
        builder.Property(alert => alert.Cause).HasMaxLength(Alert.CauseLength);

        // "Window" is a keyword of T-SQL.
        builder.Property(alert => alert.Window).HasColumnName("CauseWindow").HasMaxLength(Alert.WindowLength).IsUnicode(false);
        builder.Property(alert => alert.Message).HasMaxLength(Alert.MessageLength);
        builder.Property(alert => alert.AcknowledgedBy).HasMaxLength(Alert.AcknowledgedByLength);
        builder.Property(alert => alert.Details).HasConversion<AlertDetailsConverter>();
        builder.Ignore(alert => alert.Key);
        builder.HasIndex(alert => alert.Id).IsUnique();

        // One alert for each cause and window.
        builder.HasIndex(alert => new { alert.TeamId, alert.Kind, alert.Cause, alert.Window }).IsUnique();
        builder.HasIndex(alert => new { alert.TeamId, alert.Sequence });
        builder.HasOne<Team>().WithMany().HasForeignKey(alert => alert.TeamId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(alert => alert.Version).IsConcurrencyToken();
    }
}
