using System.Diagnostics;
using Entourage.Testing;

namespace Entourage.Client.Tests.Cli;

/// <summary>The command line as a process of its own, as people start it.</summary>
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

    /// <summary>Starts it.</summary>
    /// <param name="url">The server.</param>
    /// <param name="environment">What its environment has besides.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="arguments">What it is to do.</param>
    public static CliProcess Start(Uri url, IReadOnlyDictionary<string, string> environment, string input, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Entourage.Cli.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Nobody's login but the test's.
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

    /// <summary>Its number.</summary>
    public int Id => process.Id;

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code, and what it wrote.</returns>
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
