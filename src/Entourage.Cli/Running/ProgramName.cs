namespace Entourage.Cli.Running;

/// <summary>Recognises a program by the name of its file.</summary>
internal static class ProgramName
{
    /// <summary>Returns whether a command starts a program.</summary>
    public static bool Is(IReadOnlyList<string> command, string program) => Path.GetFileNameWithoutExtension(command[0]).Equals(program, StringComparison.OrdinalIgnoreCase);
}
