namespace Entourage.Api.Commands;

/// <summary>A command that the server runs instead of serving.</summary>
/// <param name="Name">The first argument on the command line.</param>
/// <param name="Description">The description in the usage text.</param>
/// <param name="RunAsync">Runs the command and returns the exit code.</param>
internal sealed record ServerCommand(string Name, string Description, Func<CommandContext, Task<int>> RunAsync)
{
    /// <summary>The name of the required operand; null for a command without one.</summary>
    public string? Operand { get; init; }

    /// <summary>A former name that still works.</summary>
    public string? Alias { get; init; }

    /// <summary>Replaces services for this command.</summary>
    public Action<IServiceCollection> ConfigureServices { get; init; } = _ => { };
}
