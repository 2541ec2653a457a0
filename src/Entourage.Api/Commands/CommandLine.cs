namespace Entourage.Api.Commands;

/// <summary>The parsed command line.</summary>
/// <param name="Command">The command; null to serve.</param>
/// <param name="Operand">The command's operand; null for a command without one.</param>
/// <param name="Force">Whether to replace an existing file.</param>
/// <param name="Repair">Whether to correct totals that differ.</param>
/// <param name="IsDemo">Whether to serve a demo on a store that is deleted afterwards.</param>
/// <param name="Settings">The remaining arguments, which are configuration.</param>
/// <param name="Error">A message for the operator if the arguments are invalid, else null.</param>
internal sealed record CommandLine(ServerCommand? Command, string? Operand, bool Force, bool Repair, bool IsDemo, string[] Settings, string? Error)
{
    private const string ForceOption = "--force";
    private const string RepairOption = "--repair";
    private const string DemoOption = "--demo";

    public static CommandLine Parse(string[] args)
    {
        var name = args is [var first, ..] && !first.StartsWith('-') ? first : null;
        var command = name is null ? null : ServerCommands.Find(name);
        var operand = command?.Operand is not null && args is [_, var second, ..] && !second.StartsWith('-') ? second : null;

        // Configuration would read an operand as a setting, and an option as the name of one.
        var settings = args.Skip((name is null ? 0 : 1) + (operand is null ? 0 : 1)).Where(arg => arg is not (ForceOption or RepairOption or DemoOption));
        var error = name is not null && command is null ? $"There is no command '{name}'."
            : command?.Operand is { } missing && operand is null ? $"The command '{command.Name}' needs an argument: {command.Name} {missing}."
            : name is not null && args.Contains(DemoOption) ? $"The option {DemoOption} starts a server, so it cannot follow the command '{name}'."
            : null;
        return new(
            command,
            operand,
            args.Contains(ForceOption),
            args.Contains(RepairOption),
            args.Contains(DemoOption),
            [.. settings],
            error is null ? null : $"{error}{Environment.NewLine}{ServerCommands.Usage}");
    }
}
