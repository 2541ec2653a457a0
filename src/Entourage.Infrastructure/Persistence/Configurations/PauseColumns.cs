using Entourage.Domain.Stops;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Entourage.Infrastructure.Persistence.Configurations;

/// <summary>Maps a pause to columns of the agent, team or organisation, so that the ledger reads it with that row.</summary>
internal static class PauseColumns
{
    /// <summary>The filter of unique indexes, so that the name of an archived agent, team or organisation can be used again.</summary>
    public const string IsNotArchived = "[ArchivedAt] IS NULL";

    public static void Configure(ComplexPropertyBuilder<Pause> pause)
    {
        pause.IsRequired(false);
        pause.Ignore(paused => paused.IsArchive);
        pause.Ignore(paused => paused.BeforeArchive);
        pause.Property(paused => paused.PausedAt).HasColumnName("PausedAt");
        pause.Property(paused => paused.Reason).HasColumnName("PauseReason").HasMaxLength(Pause.ReasonLength);
        pause.Property(paused => paused.ExpiresAt).HasColumnName("PauseExpiresAt");
        pause.Property(paused => paused.By).HasColumnName("PausedBy").HasMaxLength(Pause.ActorLength);
        pause.Property(paused => paused.ReservationsReleased).HasColumnName("PauseReleased");
    }
}
