using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Entourage.Testing.Conformance;

namespace Entourage.Testing;

/// <summary>The API as a separate process that can be killed.</summary>
public sealed partial class ApiProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> output;

    private ApiProcess(Process process, Uri address, Task<string> output)
    {
        (this.process, this.output) = (process, output);
        var conformance = new ConformanceHandler(() => ReadDocumentAsync(address)) { InnerHandler = new SocketsHttpHandler() };
        Api = new ApiClient(new HttpClient(conformance) { BaseAddress = address, Timeout = Patience.Limit });
    }

    /// <summary>A client of the server.</summary>
    public ApiClient Api { get; }

    /// <summary>The processor time used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>The peak resident memory so far, in bytes.</summary>
    public long PeakResidentBytes
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Stops it and returns everything it wrote.</summary>
    public async Task<string> EndAsync()
    {
        await TerminateAsync();
        return await output;
    }

    /// <summary>Starts the API on a database and waits until it listens.</summary>
    /// <param name="database">The database.</param>
    /// <param name="confinement">Limits set by the operating system.</param>
    /// <param name="settings">Further settings.</param>
    /// <param name="home">The user's home folder; null for that of the tests.</param>
    /// <param name="options">Options without a value, such as <c>--demo</c>.</param>
    public static async Task<ApiProcess> StartAsync(
        TestDatabase database, Confinement? confinement = null, IReadOnlyDictionary<string, string>? settings = null, string? home = null, params string[] options)
    {
        var process = Launch(
            database, confinement, home, [.. options, "--urls", "http://127.0.0.1:0", .. (settings ?? new Dictionary<string, string>()).Select(setting => $"--{setting.Key}={setting.Value}")]);
        using var patience = new CancellationTokenSource(Patience.Limit);
        var written = new StringBuilder();
        try
        {
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                written.Append(line).Append('\n');
                if (ApiLine.Match(line) is { Success: true } match)
                {
                    // The rest is read as well, because a full pipe would block the process.
                    return new(process, new Uri(match.Groups["address"].Value), ReadAllAsync());
                }
            }

            throw new InvalidOperationException("The API ended before it listened.");
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }

        async Task<string> ReadAllAsync() => written + await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
    }

    /// <summary>Runs a command of the program to its end.</summary>
    /// <returns>Its exit code and output.</returns>
    public static Task<(int ExitCode, string Output)> RunAsync(TestDatabase database, params string[] arguments) =>
        RunConfinedAsync(database, null, arguments);

    /// <summary>Runs the program to its end, which must be an error.</summary>
    /// <returns>Its exit code, and what it wrote to the error output.</returns>
    public static async Task<(int ExitCode, string Errors)> FailAsync(TestDatabase database, params string[] arguments)
    {
        using var process = Launch(database, null, null, arguments, redirectErrors: true);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return (process.ExitCode, errors);
    }

    /// <summary>Runs a command of the program to its end, under limits of the operating system.</summary>
    /// <returns>Its exit code and output.</returns>
    public static async Task<(int ExitCode, string Output)> RunConfinedAsync(
        TestDatabase database, Confinement? confinement, params string[] arguments)
    {
        using var process = Launch(database, confinement, null, arguments);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    /// <summary>Runs a command of the program and kills it (<c>kill -9</c>) once a condition holds, unless it has ended before.</summary>
    /// <returns>Whether it was killed.</returns>
    public static async Task<bool> RunUntilAsync(TestDatabase database, Func<bool> condition, params string[] arguments)
    {
        using var process = Launch(database, null, null, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        while (!condition() && !process.HasExited)
        {
            await Task.Yield();
        }

        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await output;
        return process.ExitCode != 0;
    }

    /// <summary>Lifts the limit on file sizes.</summary>
    public Task LiftFileLimitAsync() => Confinement.LiftAsync(process);

    /// <summary>Kills the process (<c>kill -9</c>).</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>Asks the process to stop, like an operator.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        using var patience = new CancellationTokenSource(Patience.Limit);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        await output;
        process.Dispose();
        Api.Http.Dispose();
    }

    /// <summary>The command line of the program.</summary>
    public static string[] Program(params string[] arguments) => ["dotnet", Path.Combine(AppContext.BaseDirectory, "Entourage.Api.dll"), .. arguments];

    private static async Task<string> ReadDocumentAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address, Timeout = Patience.Limit };
        return await http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative));
    }

    private static Process Launch(TestDatabase database, Confinement? confinement, string? home, string[] arguments, bool redirectErrors = false)
    {
        ArgumentNullException.ThrowIfNull(database);
        var program = Program(arguments);
        var command = confinement?.Confine(program) ?? program;
        var start = new ProcessStartInfo(command[0], command[1..]);
        (start.RedirectStandardOutput, start.RedirectStandardError, start.WorkingDirectory) = (true, redirectErrors, Path.GetTempPath());

        // The runtime's write protection of code pages needs a large file, which the limit would forbid.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        foreach (var (key, value) in database.Settings.Concat(Patience.Settings))
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        if (home is not null)
        {
            start.Environment["HOME"] = home;
        }

        return Tether.Start(start);
    }

    [GeneratedRegex("""(^\s+API\s+|"Addresses":")(?<address>http://[^/"]+)[/"]""")]
    private static partial Regex ApiLine { get; }
}
