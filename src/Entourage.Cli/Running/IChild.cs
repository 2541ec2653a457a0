namespace Entourage.Cli.Running;

/// <summary>A running command with all processes that it starts.</summary>
internal interface IChild
{
    /// <summary>The command's exit code, or 128 plus the signal number if a signal ended it. Processes that it started may still run.</summary>
    Task<int> Exited { get; }

    /// <summary>Sends a signal to the command and all processes that it started.</summary>
    void Signal(int signal);

    /// <summary>Ends the command and all processes that it started: asks them to end, kills them after the grace, and returns when none is left.</summary>
    Task EndAsync(TimeSpan grace);
}

/// <summary>Starts commands.</summary>
internal static class Child
{
    /// <summary>Starts a command.</summary>
    /// <exception cref="CommandException">The command cannot be started.</exception>
    public static IChild Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment) =>
        OperatingSystem.IsWindows() ? WindowsChild.Start(command, environment) : UnixChild.Start(command, environment);
}
