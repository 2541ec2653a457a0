using Entourage.Domain.Organisations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class OrganisationConfiguration : IEntityTypeConfiguration<Organisation>
{
    public void Configure(EntityTypeBuilder<Organisation> builder)
    {
        builder.Property(organisation => organisation.Id).ValueGeneratedNever();
        builder.Property(organisation => organisation.Name).HasMaxLength(Organisation.NameLength);
        builder.Property(organisation => organisation.Slug).HasMaxLength(Organisation.SlugLength).IsUnicode(false);
        builder.HasIndex(organisation => organisation.Slug).IsUnique().HasFilter(PauseColumns.IsNotArchived);
        builder.Property(organisation => organisation.Version).IsConcurrencyToken();
        builder.ComplexProperty(organisation => organisation.Pause, PauseColumns.Configure);
        builder.Ignore(organisation => organisation.Stop);
        builder.ComplexProperty(organisation => organisation.Limits, limits =>
        {
            limits.Property(limit => limit.Daily).HasColumnName("DailyLimit");
            limits.Property(limit => limit.Monthly).HasColumnName("MonthlyLimit");
        });
    }
}
