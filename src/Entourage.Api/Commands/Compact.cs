using Entourage.Application.Access;
using Entourage.Application.Retention;
using Entourage.Domain.Sessions;
using MediatR;

namespace Entourage.Api.Commands;

/// <summary>The command <c>fold</c>: folds old usage records into what they come to.</summary>
internal static class Compact
{
    /// <summary>The word that asks for it.</summary>
    public const string Command = "fold";

    // More than a year, so that a month can be compared with the same one of the year before.
    private const int DefaultDays = 400;

    private static readonly int MinDays = (int)CompactedUsage.MinAge.TotalDays;

    /// <summary>Folds, and says how much.</summary>
    /// <returns>The exit code: 0 when it is done, 1 when the age is too small.</returns>
    public static async Task<int> RunAsync(IServiceProvider services, IConfiguration configuration, TextWriter console)
    {
        var days = configuration.GetValue("Retention:UsageDays", DefaultDays);
        if (days < MinDays)
        {
            await console.WriteLineAsync($"Retention:UsageDays is {days}, and must be {MinDays} at the least: usage may be reported as late as that.");
            return 1;
        }

        Verify.EnsureThere(configuration);
        await using var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = Caller.Entourage;
        var report = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CompactUsageCommand(TimeSpan.FromDays(days)));
        await console.WriteLineAsync($"{report.Records} usage records of before {report.Before:yyyy-MM-dd} (UTC) are folded into their sums.");
        return 0;
    }
}
