using System.Diagnostics;

namespace Entourage.Testing;

/// <summary>What the system refuses to a process that would be refused nothing otherwise. Linux only.</summary>
/// <param name="LargestFileKib">The largest file that it can write, in KiB: its disk is full from there on, until that is lifted.</param>
/// <param name="ObeysFileModes">Whether it is refused what the mode of a file forbids, even when it is root's.</param>
/// <param name="OpenFiles">The most files and connections that it can have open at once.</param>
/// <param name="Umask">The octal file mode creation mask that it starts with; null for that of the tests.</param>
public sealed record Confinement(int? LargestFileKib = null, bool ObeysFileModes = false, int? OpenFiles = null, string? Umask = null)
{
    /// <summary>Whether there is a tool that lifts the limit of a process that runs.</summary>
    public static bool CanBeLifted => Find("prlimit");

    // Root is refused nothing because of these.
    private static readonly string[] WithoutPrivileges =
        ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"];

    /// <summary>Whether a process can be kept from writing to a file that its mode keeps from being written, and can still read it.</summary>
    public static async Task<bool> KeepsFromWritingAsync(string file)
    {
        if (Environment.IsPrivilegedProcess && !Find(WithoutPrivileges[0]))
        {
            return false;
        }

        // To append nothing changes nothing, where it is allowed.
        string[] attempt = ["bash", "-c", "cat \"$0\" > /dev/null && ! (: >> \"$0\") 2> /dev/null", file];
        using var process = Start(new Confinement(ObeysFileModes: true).Confine(attempt));
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    /// <summary>Lets a process write files of any size.</summary>
    internal static async Task LiftAsync(Process confined)
    {
        using var process = Start(["prlimit", $"--pid={confined.Id}", "--fsize=unlimited:"]);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"prlimit ended with {process.ExitCode}.");
        }
    }

    /// <summary>The command line of a program under these conditions. It becomes the program, so the process is the same.</summary>
    internal string[] Confine(string[] program)
    {
        if (ObeysFileModes && Environment.IsPrivilegedProcess)
        {
            program = [.. WithoutPrivileges, .. program];
        }

        if (OpenFiles is { } files)
        {
            // Both limits: the runtime raises the soft one to the hard one.
            program = ["bash", "-c", $"ulimit -n {files}; exec \"$@\"", "bash", .. program];
        }

        if (Umask is not null)
        {
            program = ["bash", "-c", $"umask {Umask}; exec \"$@\"", "bash", .. program];
        }

        // The signal that comes with the limit is ignored, as on a disk that is full.
        return LargestFileKib is { } kib ? ["bash", "-c", $"trap '' XFSZ; ulimit -S -f {kib}; exec \"$@\"", "bash", .. program] : program;
    }

    private static bool Find(string tool) => OperatingSystem.IsLinux()
        && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, tool)));

    private static Process Start(string[] command) => Process.Start(command[0], command[1..]);
}
