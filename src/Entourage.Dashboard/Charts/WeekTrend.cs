using Entourage.Application.Costs;
using Entourage.Domain;

namespace Entourage.Dashboard.Charts;

/// <summary>The spending (USD) of the last seven days and of the same days a week earlier.</summary>
/// <param name="Today">Today, so far.</param>
/// <param name="TodayBefore">The whole of the same day last week.</param>
/// <param name="Yesterday">Yesterday.</param>
/// <param name="YesterdayBefore">The same day last week.</param>
/// <param name="Week">Today and the six days before.</param>
/// <param name="WeekBefore">The seven days before these.</param>
internal sealed record WeekTrend(
    MoneyTotal Today, MoneyTotal TodayBefore, MoneyTotal Yesterday, MoneyTotal YesterdayBefore, MoneyTotal Week, MoneyTotal WeekBefore)
{
    /// <summary>Returns the trend of a series of days that ends today and has the span before.</summary>
    public static WeekTrend Of(CostSeriesResponse days)
    {
        ArgumentNullException.ThrowIfNull(days);
        MoneyTotal[] totals = [.. days.Starts.Select((_, i) => MoneyTotal.Sum(days.Series.Select(series => series.Costs[i])))];
        var before = days.Previous ?? [];
        return new(At(totals, 1), At(before, 1), At(totals, 2), At(before, 2), MoneyTotal.Sum(totals), MoneyTotal.Sum(before));

        static MoneyTotal At(IReadOnlyList<MoneyTotal> amounts, int fromEnd) => amounts.Count >= fromEnd ? amounts[^fromEnd] : MoneyTotal.Zero;
    }
}
