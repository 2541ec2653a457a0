using Microsoft.EntityFrameworkCore;

namespace Entourage.Infrastructure.Persistence;

/// <summary>
/// A row by which a transaction is recognised if the answer to its COMMIT is lost: it exists exactly if the transaction took effect. Only SQL Server
/// has them, because an SQLite file is never across a network.
/// </summary>
internal sealed class CommitMarker(Guid id, DateTimeOffset createdAt)
{
    /// <summary>How long markers are kept, far longer than anybody tries to find out whether a commit took effect.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    /// <summary>The id of the transaction.</summary>
    public Guid Id { get; private set; } = id;

    /// <summary>When it was written (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private set; } = createdAt;

    /// <summary>Adds the table to the model. The rows lie in the order of their age, so that writing and purging touch few pages.</summary>
    public static void Configure(ModelBuilder model) => model.Entity<CommitMarker>(marker =>
    {
        marker.ToTable("CommitMarkers");
        marker.HasKey(row => row.Id).IsClustered(false);
        marker.Property(row => row.Id).ValueGeneratedNever();
        marker.HasIndex(row => row.CreatedAt).IsClustered();
    });
}
