namespace Entourage.Api.Commands;

/// <summary>What the command line asks for.</summary>
/// <param name="Command">The command; null to serve.</param>
/// <param name="Operand">What the command is about, a file or a name; null for a command about nothing of the kind.</param>
/// <param name="Force">Whether what is there may be replaced.</param>
/// <param name="Settings">All that is left, which is configuration.</param>
internal sealed record Invocation(string? Command, string? Operand, bool Force, string[] Settings)
{
    private const string ForceOption = "--force";

    private static readonly string[] Commands =
    [
        Migrate.Command, Verify.Command, Compact.Command, Backup.Command, Restore.Command, AfterRestore.Command, IssueKey.Command, SeedDemo.Command,
    ];

    private static readonly string[] Options = [Verify.Repair, ForceOption];

    private static readonly string List =
        $"Without one it serves; '{Migrate.Command}' brings the store's schema up to date, '{Verify.Command}' checks the store, "
        + $"'{Compact.Command}' folds its old usage, '{Backup.Command} FILE' copies it, '{Restore.Command} FILE' puts a copy in its place, "
        + $"'{AfterRestore.Command}' moves the numbers of a store on that was restored otherwise, '{IssueKey.Command} NAME' issues an admin key, "
        + $"'{SeedDemo.Command}' fills it for a look around.";

    /// <summary>Why nothing can be done; null when something can.</summary>
    public string? Fault =>
        Command is not null && !Commands.Contains(Command) ? $"There is no command '{Command}'. {List}"
        : Operand is null && WantOf(Command) is { } want ? $"'{Command}' wants {want}. {List}"
        : null;

    /// <summary>Reads the arguments.</summary>
    public static Invocation Parse(string[] args)
    {
        var command = args is [var first, ..] && !first.StartsWith('-') ? first : null;
        var operand = WantOf(command) is not null && args is [_, var second, ..] && !second.StartsWith('-') ? second : null;

        // A path would be taken for a setting, and an option for the name of one.
        var settings = args.Skip((command is null ? 0 : 1) + (operand is null ? 0 : 1)).Where(arg => !Options.Contains(arg));
        return new(command, operand, args.Contains(ForceOption), [.. settings]);
    }

    private static string? WantOf(string? command) => command switch
    {
        Backup.Command or Restore.Command => "a file",
        IssueKey.Command => "a name for the key",
        _ => null,
    };
}
