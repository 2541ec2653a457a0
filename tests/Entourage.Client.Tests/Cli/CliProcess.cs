using System.Diagnostics;
using Entourage.Testing;

namespace Entourage.Client.Tests.Cli;

/// <summary>The command line in a separate process, as users start it.</summary>
internal sealed class CliProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> errors;

    private CliProcess(Process process)
    {
        this.process = process;
        (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    /// <summary>Starts the process.</summary>
    /// <param name="url">The server.</param>
    /// <param name="environment">Additional environment variables.</param>
    /// <param name="input">The standard input.</param>
    /// <param name="arguments">The arguments.</param>
    public static CliProcess Start(Uri url, IReadOnlyDictionary<string, string> environment, string input, params IReadOnlyList<string> arguments) =>
        StartIn(Environment.CurrentDirectory, url, environment, input, arguments);

    /// <summary>Starts the process in a folder.</summary>
    /// <param name="folder">The working directory.</param>
    /// <param name="url">The server.</param>
    /// <param name="environment">Additional environment variables.</param>
    /// <param name="input">The standard input.</param>
    /// <param name="arguments">The arguments.</param>
    public static CliProcess StartIn(
        string folder, Uri url, IReadOnlyDictionary<string, string> environment, string input, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Entourage.Cli.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // No login unless the test makes one.
        start.Environment["XDG_CONFIG_HOME"] = Path.Combine(Path.GetTempPath(), "entourage-test-nobody");
        start.Environment["ENTOURAGE_URL"] = url.AbsoluteUri;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return new(process);
    }

    public int Id => process.Id;

    /// <summary>Waits for the end and returns the exit code and the output.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output.WaitAsync(patience.Token), await errors.WaitAsync(patience.Token));
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }
}
