namespace Entourage.Cli;

/// <summary>Ends a command with a message and an exit code.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCodes.Usage) : Exception(message)
{
    public int ExitCode => exitCode;
}
