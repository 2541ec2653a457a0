using System.Globalization;

namespace Entourage.Domain.Alerts;

/// <summary>Reports problems of telemetry, once for each agent, fault and local day of the team. The usage is recorded anyway.</summary>
public static class TelemetryDetectors
{
    /// <summary>Reports an attribute that names something that does not exist.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="mistake">The text for people.</param>
    /// <param name="day">The local day of the team.</param>
    public static AlertFinding WrongAttribute(Guid agentId, string mistake, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(mistake);
        var message = $"Telemetry of the agent was recorded without one of its attributes: {mistake}";
        return new(
            AlertKind.TelemetryAttribute,
            $"agent:{agentId:D}:{Fingerprint.Of(mistake)}",
            WindowOf(day),
            message.Length <= Alert.MessageLength ? message : message[..Alert.MessageLength],
            new());
    }

    /// <summary>Reports a clock that is too far off to use its times.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="reportedAt">When the usage happened by that clock (UTC).</param>
    /// <param name="now">When it was received (UTC).</param>
    /// <param name="day">The local day of the team.</param>
    public static AlertFinding WrongClock(Guid agentId, DateTimeOffset reportedAt, DateTimeOffset now, DateOnly day) => new(
        AlertKind.TelemetryClock,
        $"agent:{agentId:D}",
        WindowOf(day),
        string.Create(
            CultureInfo.InvariantCulture,
            $"The clock of the agent's program is wrong: telemetry received at {now.UtcDateTime:yyyy-MM-dd HH:mm} UTC is dated {reportedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC. Such usage counts at the time it was received."),
        new());

    private static string WindowOf(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
