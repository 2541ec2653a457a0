using System.Diagnostics;

namespace Entourage.Testing;

/// <summary>Limits that the operating system sets to a process. Linux only.</summary>
/// <param name="LargestFileKib">The maximum size of a file in KiB, which acts like a full disk until it is lifted.</param>
/// <param name="ObeysFileModes">Whether file modes also apply if the process runs as root.</param>
/// <param name="OpenFiles">The maximum number of open files and connections.</param>
/// <param name="Umask">The octal umask; null inherits that of the tests.</param>
public sealed record Confinement(int? LargestFileKib = null, bool ObeysFileModes = false, int? OpenFiles = null, string? Umask = null)
{
    /// <summary>Whether the tool that lifts a limit of a running process is installed.</summary>
    public static bool CanBeLifted => Find("prlimit");

    // The capabilities that exempt root from file modes.
    private static readonly string[] WithoutPrivileges =
        ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"];

    /// <summary>Whether a process can be denied writing a file by its mode while it can still read it.</summary>
    public static async Task<bool> KeepsFromWritingAsync(string file)
    {
        if (Environment.IsPrivilegedProcess && !Find(WithoutPrivileges[0]))
        {
            return false;
        }

        // An empty append tests the permission without changing the file.
        string[] attempt = ["bash", "-c", "cat \"$0\" > /dev/null && ! (: >> \"$0\") 2> /dev/null", file];
        using var process = Start(new Confinement(ObeysFileModes: true).Confine(attempt));
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    /// <summary>Lifts the limit on file sizes of a process.</summary>
    internal static async Task LiftAsync(Process confined)
    {
        using var process = Start(["prlimit", $"--pid={confined.Id}", "--fsize=unlimited:"]);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"prlimit ended with {process.ExitCode}.");
        }
    }

    /// <summary>The command line of a program under these limits. The wrappers exec, so the process id is the program's.</summary>
    internal string[] Confine(string[] program)
    {
        if (ObeysFileModes && Environment.IsPrivilegedProcess)
        {
            program = [.. WithoutPrivileges, .. program];
        }

        if (OpenFiles is { } files)
        {
            // Sets both limits because the runtime raises the soft one to the hard one.
            program = ["bash", "-c", $"ulimit -n {files}; exec \"$@\"", "bash", .. program];
        }

        if (Umask is not null)
        {
            program = ["bash", "-c", $"umask {Umask}; exec \"$@\"", "bash", .. program];
        }

        // Ignores the signal of the limit, so that writes fail as on a full disk.
        return LargestFileKib is { } kib ? ["bash", "-c", $"trap '' XFSZ; ulimit -S -f {kib}; exec \"$@\"", "bash", .. program] : program;
    }

    private static bool Find(string tool) => OperatingSystem.IsLinux()
        && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, tool)));

    private static Process Start(string[] command) => Process.Start(command[0], command[1..]);
}
