using Entourage.Infrastructure.Persistence;

namespace Entourage.Api.Commands;

/// <summary>
/// The command <c>migrate</c>: brings the store's schema up to date and ends, so that servers can run with a login that may not change it.
/// </summary>
internal static class Migrate
{
    /// <summary>The word that asks for it.</summary>
    public const string Command = "migrate";

    /// <summary>Applies the missing migrations, whatever <c>Database:MigrateOnStart</c> says. Several at once do no harm.</summary>
    /// <returns>The exit code: 0.</returns>
    public static async Task<int> RunAsync(IServiceProvider services, TextWriter console)
    {
        var applied = await DatabaseStartup.MigrateAsync(services, CancellationToken.None, always: true);
        await console.WriteLineAsync(applied == 0 ? "The schema is up to date." : $"The schema is up to date: {applied} migrations were applied.");
        return 0;
    }
}
