namespace Entourage.Cli.Running;

/// <summary>Recognises Claude Code as a command.</summary>
internal static class ClaudeCode
{
    private const string Program = "claude";

    /// <summary>The time to end after an interrupt. Claude Code needs about a tenth of it.</summary>
    public static readonly TimeSpan InterruptTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Returns whether a command is Claude Code.</summary>
    public static bool Is(IReadOnlyList<string> command) => ProgramName.Is(command, Program);
}
