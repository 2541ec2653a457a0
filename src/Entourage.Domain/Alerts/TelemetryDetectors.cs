using System.Globalization;

namespace Entourage.Domain.Alerts;

/// <summary>Notices what is wrong with telemetry whose usage was recorded all the same. It is said once for each agent, fault and day of the team.</summary>
public static class TelemetryDetectors
{
    /// <summary>An attribute that names nothing that there is.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="mistake">What is wrong with it, for a person.</param>
    /// <param name="day">The local day of the team.</param>
    public static AlertFinding WrongAttribute(Guid agentId, string mistake, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(mistake);
        var message = $"Telemetry of the agent was recorded without a part of what it says: {mistake}";
        return new(
            AlertKind.TelemetryAttribute,
            $"agent:{agentId:D}:{Fingerprint.Of(mistake)}",
            WindowOf(day),
            message.Length <= Alert.MessageLength ? message : message[..Alert.MessageLength],
            new());
    }

    /// <summary>A clock that is too far off for its times to be counted.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="toldAt">When a usage happened by that clock (UTC).</param>
    /// <param name="now">When it was received (UTC).</param>
    /// <param name="day">The local day of the team.</param>
    public static AlertFinding WrongClock(Guid agentId, DateTimeOffset toldAt, DateTimeOffset now, DateOnly day) => new(
        AlertKind.TelemetryClock,
        $"agent:{agentId:D}",
        WindowOf(day),
        string.Create(
            CultureInfo.InvariantCulture,
            $"The clock of the agent's program is off: telemetry received at {now.UtcDateTime:yyyy-MM-dd HH:mm} UTC says that it happened at {toldAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC. Such usage counts as of its receipt."),
        new());

    private static string WindowOf(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
