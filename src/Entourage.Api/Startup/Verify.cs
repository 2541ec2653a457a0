using Entourage.Application.Verification;
using MediatR;

namespace Entourage.Api.Startup;

/// <summary>The command <c>verify</c>: checks every stored total against the usage records.</summary>
internal static class Verify
{
    /// <summary>The word that asks for it.</summary>
    public const string Command = "verify";

    /// <summary>Writes what was found.</summary>
    /// <returns>The exit code: 0 when all totals agree, else 1.</returns>
    public static async Task<int> RunAsync(IServiceProvider services, TextWriter console)
    {
        await using var scope = services.CreateAsyncScope();
        var report = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new VerifyTotalsQuery());
        foreach (var difference in report.Differences)
        {
            await console.WriteLineAsync(difference);
        }

        await console.WriteLineAsync($"{report.Records} usage records, {report.Totals} totals, {report.Differences.Count} differences");
        return report.Differences.Count == 0 ? 0 : 1;
    }
}
