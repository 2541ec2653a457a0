using Entourage.Application.Access;
using Entourage.Application.Verification;
using Entourage.Infrastructure;
using MediatR;

namespace Entourage.Api.Commands;

/// <summary>The command <c>verify</c>: checks every stored total against the usage records.</summary>
internal static class Verify
{
    /// <summary>The word that asks for it.</summary>
    public const string Command = "verify";

    /// <summary>The word after it that asks to put right what differs.</summary>
    public const string Repair = "--repair";

    /// <summary>Writes what was found. Neither makes nor migrates a store: one that is not there has not been verified.</summary>
    /// <returns>The exit code: 0 when all totals could be computed and agree in the end, else 1.</returns>
    /// <exception cref="FileNotFoundException">There is no SQLite file.</exception>
    /// <param name="services">Where the store is.</param>
    /// <param name="configuration">Which store it is.</param>
    /// <param name="repair">Whether to put right what differs.</param>
    /// <param name="console">Where to say what was found.</param>
    public static async Task<int> RunAsync(IServiceProvider services, IConfiguration configuration, bool repair, TextWriter console)
    {
        var file = EnsureThere(configuration);
        await using var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CallerContext>().Current = Caller.Entourage;
        var report = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new VerifyTotalsCommand(repair));
        foreach (var trouble in report.Problems)
        {
            await console.WriteLineAsync(trouble);
        }

        foreach (var difference in report.Differences)
        {
            await console.WriteLineAsync(difference);
        }

        await console.WriteLineAsync($"Store: {file ?? nameof(DatabaseProvider.SqlServer)}");
        await console.WriteLineAsync(
            $"{report.Records} usage records{(report.Compacted > 0 ? $" and {report.Compacted} folded ones" : "")}, {report.Totals} totals, {report.Differences.Count} differences{(report.Problems.Count > 0 ? $", {report.Problems.Count} troubles" : "")}");
        if (report is { Repaired: true, Differences.Count: > 0 })
        {
            await console.WriteLineAsync(report.Problems.Count == 0
                ? "Each of these totals is now what its records come to."
                : "Each of these totals is now what its records come to, save those of organisations with trouble.");
        }

        return report.Problems.Count == 0 && (report.Repaired || report.Differences.Count == 0) ? 0 : 1;
    }

    /// <summary>Makes sure that there is a store to work on, where that can be seen.</summary>
    /// <returns>The SQLite file; null on SQL Server.</returns>
    /// <exception cref="FileNotFoundException">There is no SQLite file.</exception>
    public static string? EnsureThere(IConfiguration configuration)
    {
        var file = DatabaseOptions.SqlitePathOf(configuration);
        return file is null || File.Exists(file) ? file : throw new FileNotFoundException($"There is no store {file}.");
    }
}
