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
        new("seed-demo", "fills an empty database with sample data", Commands.SeedDemo.RunAsync) { ConfigureServices = Commands.SeedDemo.ConfigureServices },
    ];

    /// <summary>The list of commands, for the operator.</summary>
    public static string Usage { get; } = string.Join(
        Environment.NewLine,
        [
            "Without a command, the server starts. With --demo, it serves sample data from a store that it deletes at the end. The commands are:",
            .. All.Select(command => $"  {$"{command.Name} {command.Operand}",-15} {command.Description}"),
        ]);

    /// <summary>The command that fills the store of a demo.</summary>
    public static ServerCommand SeedDemo => Find("seed-demo")!;

    /// <summary>Finds a command by its name or former name.</summary>
    public static ServerCommand? Find(string name) => Array.Find(All, command => command.Name == name || command.Alias == name);
}
