using Entourage.Application.Errors;
using Entourage.Application.Json;
using Entourage.Domain.Stops;

namespace Entourage.Application.Stops;

/// <summary>What is answered to those who would start or reserve something while it is paused.</summary>
public static class PausedRefusal
{
    /// <summary>The refusal that a pause is the reason for.</summary>
    public static ConflictException Of(PauseInForce paused)
    {
        ArgumentNullException.ThrowIfNull(paused);
        var (scope, pause) = paused;
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
