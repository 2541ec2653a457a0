using System.Globalization;

namespace Entourage.Domain.Alerts;

/// <summary>
/// Detects costs that no real use reaches, such as a price in the wrong unit, a test that reports to the production server, or an attempt
/// to break the totals. The usage is recorded anyway (rule 1).
/// </summary>
public static class PlausibilityDetectors
{
    /// <summary>The length of the window of <see cref="OfHour"/>, in minutes.</summary>
    public const int WindowMinutes = 60;

    /// <summary>Reports one usage that costs too much, once for each agent and local day.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="sessionId">The session that reported it.</param>
    /// <param name="cost">The cost (USD).</param>
    /// <param name="limit">The plausible limit (USD).</param>
    /// <param name="day">The local day of the team.</param>
    public static AlertFinding OfUsage(Guid agentId, long sessionId, Money cost, Money limit, DateOnly day) => new(
        AlertKind.ImplausibleUsage,
        $"usage:{agentId:D}",
        day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        string.Create(
            CultureInfo.InvariantCulture,
            $"Session {sessionId} recorded one usage of {cost.ToShortString()}, above the plausible limit of {limit.ToShortString()}."),
        new() { Cost = cost, Limit = limit });

    /// <summary>Reports an hour in which an agent's sessions cost too much, once for each agent and local hour.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="spent">The cost of the hour so far (USD), imputed costs included.</param>
    /// <param name="limit">The plausible limit (USD).</param>
    /// <param name="hour">When the local hour began (UTC).</param>
    public static AlertFinding OfHour(Guid agentId, MoneyTotal spent, Money limit, DateTimeOffset hour) => new(
        AlertKind.ImplausibleUsage,
        $"hour:{agentId:D}",
        hour.UtcDateTime.ToString("yyyy-MM-ddTHH:mmZ", CultureInfo.InvariantCulture),
        string.Create(
            CultureInfo.InvariantCulture,
            $"The agent's sessions cost {spent.ToShortString()} in the hour from {hour.UtcDateTime:yyyy-MM-dd HH:mm} UTC, above the plausible limit of {limit.ToShortString()}."),
        new() { Spent = spent, Limit = limit, WindowMinutes = WindowMinutes });
}
