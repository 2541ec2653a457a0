using System.ComponentModel;
using System.Diagnostics;

namespace Entourage.Bench.Reporting;

/// <summary>The repository that this program was built in.</summary>
internal static class Repository
{
    /// <summary>Returns the short hash of the commit, with <c>-dirty</c> if files differ from it; null without git or a repository.</summary>
    public static async Task<string?> DescribeCommitAsync()
    {
        var start = new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--exclude", "*"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
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
