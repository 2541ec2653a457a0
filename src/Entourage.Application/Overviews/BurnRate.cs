using Entourage.Domain;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Overviews;

/// <summary>
/// What an hour costs at present: what was spent in the last four whole quarters of an hour and in the one that has begun, by the time
/// that these have lasted. Usage is added up by quarters, so a sliding hour cannot be had exactly.
/// </summary>
internal static class BurnRate
{
    private const int Quarters = 4;

    /// <summary>From when on spending counts (UTC).</summary>
    public static DateTimeOffset Since(DateTimeOffset now) => UsageRollup.QuarterOf(now) - (Quarters * UsageRollup.Quarter);

    /// <summary>What was spent since then, as dollars an hour.</summary>
    public static MoneyTotal Of(MoneyTotal spent, DateTimeOffset now) => spent.Times(TimeSpan.TicksPerHour, (now - Since(now)).Ticks);
}
