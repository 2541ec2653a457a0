using Entourage.Infrastructure.Persistence;

namespace Entourage.Api.Commands;

/// <summary>
/// The command <c>migrate</c>: updates the database schema, so that servers can run with a login that may not change it. It ignores
/// <c>Database:MigrateOnStart</c>, and may run several times at once.
/// </summary>
internal static class Migrate
{
    public static async Task<int> RunAsync(CommandContext context)
    {
        var applied = await DatabaseStartup.MigrateAsync(context.Services, CancellationToken.None, always: true);
        await context.Console.WriteLineAsync(applied == 0 ? "The schema is up to date." : $"The schema is up to date. Migrations applied: {applied}.");
        return 0;
    }
}
