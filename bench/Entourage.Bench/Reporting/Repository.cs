using System.ComponentModel;
using System.Diagnostics;

namespace Entourage.Bench.Reporting;

/// <summary>The repository that this program was built from.</summary>
internal static class Repository
{
    /// <summary>Returns the folder of the solution.</summary>
    /// <exception cref="InvalidDataException">There is none above this program.</exception>
    public static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Entourage.sln")))
        {
            folder = folder.Parent ?? throw new InvalidDataException($"No Entourage.sln above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }

    /// <summary>Returns the short hash of the commit, with <c>-dirty</c> if files differ from it; null without git.</summary>
    public static async Task<string?> DescribeCommitAsync()
    {
        var start = new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--exclude", "*"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = FindRoot(),
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
            return null;
        }
    }
}
