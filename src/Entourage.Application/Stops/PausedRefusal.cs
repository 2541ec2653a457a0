using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain.Stops;

namespace Entourage.Application.Stops;

/// <summary>Creates the refusal of a start or a reservation while a pause or an archive mark applies.</summary>
public static class PausedRefusal
{
    /// <summary>Creates the refusal for a pause in force.</summary>
    public static ConflictException Of(PauseInForce paused)
    {
        ArgumentNullException.ThrowIfNull(paused);
        var (scope, pause) = paused;
        if (pause.IsArchive)
        {
            return new(
                ConflictException.Archived,
                $"The {EnumNames.Of(scope)} is archived. Restore it to use it again.",
                new Dictionary<string, object?> { ["scope"] = EnumNames.Of(scope), ["archived_at"] = pause.PausedAt });
        }

        return new(
            "paused",
            $"The {EnumNames.Of(scope)} is paused: {pause.Reason}",
            new Dictionary<string, object?>
            {
                ["scope"] = EnumNames.Of(scope),
                ["reason"] = pause.Reason,
                ["paused_at"] = pause.PausedAt,
                ["expires_at"] = pause.ExpiresAt,
            });
    }
}
