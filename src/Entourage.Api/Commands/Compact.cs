using Entourage.Application.Retention;
using Entourage.Domain.Sessions;

namespace Entourage.Api.Commands;

/// <summary>The command <c>compact</c>: replaces usage records older than <c>Retention:UsageDays</c> with their sums.</summary>
internal static class Compact
{
    // More than a year, so that a month can be compared with the same month of the year before.
    private const int DefaultDays = 400;

    private static readonly int MinDays = (int)CompactedUsage.MinAge.TotalDays;

    /// <returns>0 when done, 1 if <c>Retention:UsageDays</c> is too small.</returns>
    /// <exception cref="FileNotFoundException">There is no SQLite file.</exception>
    public static async Task<int> RunAsync(CommandContext context)
    {
        var days = context.Configuration.GetValue("Retention:UsageDays", DefaultDays);
        if (days < MinDays)
        {
            await context.Console.WriteLineAsync($"Retention:UsageDays is {days}. It must be at least {MinDays}, because usage may be reported that late.");
            return 1;
        }

        context.EnsureStoreExists();
        var report = await context.SendAsync(new CompactUsageCommand(TimeSpan.FromDays(days)));
        await context.Console.WriteLineAsync($"Compacted {report.Records} usage records from before {report.Before:yyyy-MM-dd} (UTC).");
        return 0;
    }
}
