using Entourage.Domain.Organisations;
using Entourage.Domain.Teams;
using Entourage.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

internal sealed class WebhookConfiguration : IEntityTypeConfiguration<Webhook>
{
    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.HasKey(webhook => webhook.Sequence);
        builder.Property(webhook => webhook.Sequence).ValueGeneratedOnAdd();
        builder.Property(webhook => webhook.Url).HasMaxLength(Webhook.UrlLength);
        builder.Property(webhook => webhook.RoutingKey).HasMaxLength(Webhook.RoutingKeyLength);
        builder.Property(webhook => webhook.Secret).HasMaxLength(WebhookSecret.Length).IsUnicode(false);
        builder.Ignore(webhook => webhook.Kinds);
        builder.Ignore(webhook => webhook.Position);
        builder.Ignore(webhook => webhook.Audience);
        builder.HasAlternateKey(webhook => webhook.Id);
        builder.HasIndex(webhook => new { webhook.OrganisationId, webhook.TeamId, webhook.Sequence });
        builder.HasIndex(webhook => webhook.NextDigestAt).HasFilter("[NextDigestAt] IS NOT NULL");
        builder.HasOne<Organisation>().WithMany().HasForeignKey(webhook => webhook.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Team>().WithMany().HasForeignKey(webhook => webhook.TeamId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class WebhookDeliveryConfiguration : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.HasKey(delivery => delivery.Sequence);
        builder.Property(delivery => delivery.Sequence).ValueGeneratedOnAdd();
        builder.Property(delivery => delivery.Type).HasMaxLength(WebhookDelivery.TypeLength).IsUnicode(false);
        builder.Property(delivery => delivery.LastError).HasMaxLength(WebhookDelivery.ErrorLength);
        builder.HasIndex(delivery => new { delivery.WebhookId, delivery.Sequence });

        // One delivery for each webhook and event, across replicas.
        builder.HasIndex(delivery => new { delivery.WebhookId, delivery.EventId }).IsUnique();

        // The few waiting deliveries that are due, and the ended ones that are old enough to purge.
        builder.HasIndex(delivery => delivery.NextAttemptAt).HasFilter("[Status] = 1");
        builder.HasIndex(delivery => delivery.EndedAt).HasFilter("[EndedAt] IS NOT NULL");
        builder.HasOne<Webhook>().WithMany().HasForeignKey(delivery => delivery.WebhookId).HasPrincipalKey(webhook => webhook.Id)
            .OnDelete(DeleteBehavior.Restrict);
    }
}
