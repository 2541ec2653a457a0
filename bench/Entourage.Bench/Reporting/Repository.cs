using System.ComponentModel;
using System.Diagnostics;

namespace Entourage.Bench.Reporting;

/// <summary>The repository that a program was built in.</summary>
internal static class Repository
{
    /// <summary>Returns the short hash of the commit, with <c>-dirty</c> if files differ from it; null without git or a repository.</summary>
    /// <param name="folder">The folder of the program.</param>
    public static async Task<string?> DescribeCommitAsync(string folder)
    {
        var start = new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--exclude", "*"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        try
        {
            using var git = Process.Start(start)!;
            var output = await git.StandardOutput.ReadToEndAsync();
            await git.WaitForExitAsync();
            return git.ExitCode == 0 ? output.Trim() : null;
        }
        catch (Win32Exception)
        {
            // Git is not installed.
            return null;
        }
    }
}
