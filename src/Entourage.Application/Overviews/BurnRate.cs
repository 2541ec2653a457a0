using Entourage.Domain;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Overviews;

/// <summary>
/// Computes the current cost of an hour: the cost of the last four whole quarters of an hour and of the current one, divided by their duration. Usage
/// is summed by quarters, so an exact sliding hour is not available.
/// </summary>
internal static class BurnRate
{
    private const int Quarters = 4;

    /// <summary>Returns the start of the time that counts (UTC).</summary>
    public static DateTimeOffset Since(DateTimeOffset now) => UsageRollup.QuarterOf(now) - (Quarters * UsageRollup.Quarter);

    /// <summary>Returns the amount spent since then, as USD per hour.</summary>
    public static MoneyTotal Of(MoneyTotal spent, DateTimeOffset now) => spent.Times(TimeSpan.TicksPerHour, (now - Since(now)).Ticks);
}
