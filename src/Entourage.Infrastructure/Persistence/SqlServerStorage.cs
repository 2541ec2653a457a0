using Entourage.Application.Abstractions;
using Entourage.Domain.Budgets;
using Entourage.Domain.Otlp;
using Entourage.Domain.Sessions;
using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// How SQL Server stores the rows. A table that grows is clustered on a value that grows with it, because a hash or a version 7 id would put each new
/// row on another page. See decision 0039.
/// </summary>
internal static class SqlServerStorage
{
    public static void Configure(ModelBuilder model)
    {
        CommitMarker.Configure(model);
        model.Entity<IdempotentAnswer>(answer =>
        {
            answer.ClusterOn(nameof(IdempotentAnswer.CreatedAt));
            answer.Property(row => row.Response).HasConversion<CompressedTextConverter>();
        });
        model.Entity<Reservation>(reservation => reservation.ClusterOn(nameof(Reservation.CreatedAt)));
        model.Entity<ChildToken>(token => token.ClusterOn(nameof(ChildToken.ExpiresAt)));
        model.Entity<SourceSession>(source => source.ClusterOn(nameof(SourceSession.SessionId)));
        model.Entity<SourceProcess>(process =>
        {
            const string Sequence = nameof(Sequence);
            process.Property<long>(Sequence).UseIdentityColumn();
            process.ClusterOn(Sequence);
        });
    }

    private static void ClusterOn<T>(this EntityTypeBuilder<T> entity, string property)
        where T : class
    {
        entity.HasKey([.. entity.Metadata.FindPrimaryKey()!.Properties.Select(key => key.Name)]).IsClustered(false);
        entity.HasIndex(property).IsClustered();
    }
}
