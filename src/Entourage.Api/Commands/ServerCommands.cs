namespace Entourage.Api.Commands;

/// <summary>All commands of the server.</summary>
internal static class ServerCommands
{
    private static readonly ServerCommand[] All =
    [
        new("migrate", "updates the database schema", Migrate.RunAsync),
        new("verify", "checks every total against the usage records; --repair corrects totals that differ", Verify.RunAsync),
        new("compact", "replaces old usage records with their sums", Compact.RunAsync) { Alias = "fold" },
        new("backup", "copies the SQLite database while it is in use; --force replaces an existing file", Backup.RunAsync) { Operand = "FILE" },
        new("restore", "replaces the SQLite database with a backup", Restore.RunAsync) { Operand = "FILE" },
        new("after-restore", "moves the numbers of a database that was restored by other means", AfterRestore.RunAsync),
        new("issue-key", "prints a new admin key", IssueKey.RunAsync) { Operand = "NAME" },
        new("seed-demo", "fills the database with sample data", SeedDemo.RunAsync) { ConfigureServices = SeedDemo.ConfigureServices },
    ];

    /// <summary>The list of commands, for the operator.</summary>
    public static string Usage { get; } = string.Join(
        Environment.NewLine,
        [
            "Without a command, the server starts. The commands are:",
            .. All.Select(command => $"  {$"{command.Name} {command.Operand}",-15} {command.Description}"),
        ]);

    /// <summary>Finds a command by its name or former name.</summary>
    public static ServerCommand? Find(string name) => Array.Find(All, command => command.Name == name || command.Alias == name);
}
