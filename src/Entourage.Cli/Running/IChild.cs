namespace Entourage.Cli.Running;

/// <summary>A command that runs, with all that it starts.</summary>
internal interface IChild
{
    /// <summary>The command's exit code; 128 and the signal's number where one ended it. What it started may still run.</summary>
    Task<int> Exited { get; }

    /// <summary>Sends a signal to the command and all that it started.</summary>
    void Signal(int signal);

    /// <summary>Ends all of it: asks first, and after the grace leaves no choice. When this is over nothing of it runs any more.</summary>
    Task EndAsync(TimeSpan grace);
}

/// <summary>Starts commands.</summary>
internal static class Child
{
    /// <summary>Starts a command with an environment.</summary>
    /// <exception cref="CommandException">It cannot be started.</exception>
    public static IChild Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment) =>
        OperatingSystem.IsWindows() ? WindowsChild.Start(command, environment) : UnixChild.Start(command, environment);
}
