using Entourage.Domain.Agents;
using Entourage.Domain.Organisations;
using Entourage.Domain.Prices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class PriceConfiguration : IEntityTypeConfiguration<ModelPrice>
{
    public void Configure(EntityTypeBuilder<ModelPrice> builder)
    {
        builder.ToTable("Prices");
        builder.Property(price => price.Id).ValueGeneratedOnAdd();
        builder.Property(price => price.Model).HasMaxLength(Agent.ModelLength);
        builder.Property(price => price.Source).HasMaxLength(ModelPrice.SourceLength);
        builder.ComplexProperty(price => price.Rates, rates => Name(rates, ""));
        builder.ComplexProperty(price => price.LongContextRates, rates =>
        {
            rates.IsRequired(false);
            Name(rates!, "LongContext");
        });
        builder.HasOne<Organisation>().WithMany().HasForeignKey(price => price.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(price => new { price.OrganisationId, price.Model });

        // Replicas that start at the same time add each built-in price once.
        builder.HasIndex(price => new { price.Model, price.EffectiveFrom, price.Edition }).IsUnique().HasFilter("[IsBuiltIn] = 1");
        builder.HasIndex(price => price.Id).HasFilter("[IsApplied] = 0").HasDatabaseName("IX_Prices_NotApplied");
    }

    private static void Name(ComplexPropertyBuilder<TokenRates> rates, string prefix)
    {
        rates.Property(rate => rate.Input).HasColumnName(prefix + "InputRate");
        rates.Property(rate => rate.Output).HasColumnName(prefix + "OutputRate");
        rates.Property(rate => rate.CacheRead).HasColumnName(prefix + "CacheReadRate");
        rates.Property(rate => rate.CacheWrite).HasColumnName(prefix + "CacheWriteRate");
        rates.Property(rate => rate.LongCacheWrite).HasColumnName(prefix + "LongCacheWriteRate");
    }
}
