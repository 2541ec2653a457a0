using Entourage.Application.Verification;
using Entourage.Infrastructure;

namespace Entourage.Api.Commands;

/// <summary>
/// The command <c>verify</c>: checks every stored total against the usage records, and with <c>--repair</c> corrects the totals that differ.
/// It never creates or migrates a store.
/// </summary>
internal static class Verify
{
    /// <returns>0 if all totals could be computed and agree in the end, else 1.</returns>
    /// <exception cref="FileNotFoundException">There is no SQLite file.</exception>
    public static async Task<int> RunAsync(CommandContext context)
    {
        context.EnsureStoreExists();
        var console = context.Console;
        var report = await context.SendAsync(new VerifyTotalsCommand(context.Arguments.Repair));
        foreach (var line in report.Problems.Concat(report.Differences))
        {
            await console.WriteLineAsync(line);
        }

        var compacted = report.Compacted > 0 ? $" and {report.Compacted} compacted ones" : "";
        var problems = report.Problems.Count > 0 ? $", {report.Problems.Count} problems" : "";
        await console.WriteLineAsync($"Store: {context.SqlitePath ?? nameof(DatabaseProvider.SqlServer)}");
        await console.WriteLineAsync(
            $"{report.Records} usage records{compacted}, {report.Totals} totals, {report.Differences.Count} differences{problems}");
        if (report is { Repaired: true, Differences.Count: > 0 })
        {
            await console.WriteLineAsync(report.Problems.Count == 0
                ? "Each of these totals now equals the sum of its records."
                : "Each of these totals now equals the sum of its records, except in organisations with problems.");
        }

        return report.Problems.Count == 0 && (report.Repaired || report.Differences.Count == 0) ? 0 : 1;
    }
}
