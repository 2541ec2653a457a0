using System.ComponentModel;
using System.Diagnostics;

namespace Entourage.Cli.Running;

/// <summary>A command on Windows. Windows has no signals, so a stop ends the process tree at once.</summary>
internal sealed class WindowsChild : IChild
{
    private readonly Process process;

    private WindowsChild(Process process)
    {
        this.process = process;
        Exited = WaitAsync();
    }

    public Task<int> Exited { get; }

    public static WindowsChild Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return new(Process.Start(start)!);
        }
        catch (Win32Exception exception)
        {
            throw new CommandException($"{command[0]}: {exception.Message}", ExitCodes.NotFound);
        }
    }

    public void Signal(int signal)
    {
        // The console notifies its programs.
    }

    public async Task EndAsync(TimeSpan grace)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await Exited;
    }

    private async Task<int> WaitAsync()
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
