namespace Entourage.Cli.Running;

/// <summary>What is particular about Claude Code as a command.</summary>
internal static class ClaudeCode
{
    private const string Program = "claude";

    /// <summary>How long it has to end when it is interrupted; it needs a tenth of that.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Whether a command is Claude Code.</summary>
    public static bool Is(IReadOnlyList<string> command) => Path.GetFileNameWithoutExtension(command[0]).Equals(Program, StringComparison.OrdinalIgnoreCase);
}
