using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Entourage.Bench.Bare;
using Entourage.Bench.Load;
using Entourage.Testing;

namespace Entourage.Bench.Servers;

/// <summary>A server in a separate process: Entourage or the baseline.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const string Program = "Entourage.Api.dll";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenProbes = TimeSpan.FromMilliseconds(10);

    private readonly HttpClient http = new();
    private readonly Process process;
    private readonly Task<string> output;

    private ServerProcess(Process process, Uri address, Task<string> output) => (this.process, Address, this.output) = (process, address, output);

    /// <summary>The server's address.</summary>
    public Uri Address { get; }

    /// <summary>The peak resident memory in bytes.</summary>
    public long PeakResidentBytes
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>The current resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>Starts the baseline and waits until it listens.</summary>
    public static Task<ServerProcess> StartBareAsync() => StartAsync(null, [], "Entourage.Bench.dll", BareHost.Command);

    /// <summary>
    /// Starts Entourage on a database and waits until it listens. It does not warm itself up, because the warm-up of a row does, and both at once would
    /// disturb the first runs.
    /// </summary>
    public static Task<ServerProcess> StartAsync(TemporaryDatabase database, params IReadOnlyList<(string Name, string Value)> settings) =>
        StartAsync(database, [("WarmUp__Seconds", "0"), .. settings], Program);

    /// <summary>Starts Entourage on a database with its usual settings, and waits until it listens.</summary>
    public static Task<ServerProcess> StartAsUsualAsync(TemporaryDatabase database) => StartAsync(database, [], Program);

    /// <summary>Starts Entourage on a database, and waits until it reports that it is ready, as a load balancer does.</summary>
    public static async Task<ServerProcess> StartReadyAsync(TemporaryDatabase database)
    {
        var server = await StartAsUsualAsync(database);
        try
        {
            await server.WaitUntilReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs an Entourage command on a database to completion.</summary>
    /// <exception cref="InvalidOperationException">The command failed.</exception>
    public static async Task<string> RunAsync(TemporaryDatabase database, params string[] arguments)
    {
        using var process = Launch(database, [], [Path.Combine(AppContext.BaseDirectory, Program), .. arguments]);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{arguments[0]} exited with {process.ExitCode}: {output}");
    }

    /// <summary>Runs a load on this server and measures what it costs the server.</summary>
    public async Task<Run> MeasureAsync(Func<Task<Run>> loadAsync)
    {
        var allocated = await ReadAllocatedAsync();
        var processor = ReadProcessorTime();
        var run = await loadAsync();
        processor = ReadProcessorTime() - processor;
        return run with { Processor = processor, AllocatedBytes = await ReadAllocatedAsync() - allocated };
    }

    /// <summary>Sends SIGTERM and waits until the process has exited.</summary>
    public async Task StopAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill();
        }
        else
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        }

        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await output;
        process.Dispose();
        http.Dispose();
    }

    private static async Task<ServerProcess> StartAsync(
        TemporaryDatabase? database, IReadOnlyList<(string Name, string Value)> settings, string program, params string[] arguments)
    {
        var process = Launch(database, settings, [Path.Combine(AppContext.BaseDirectory, program), .. arguments, "--urls", "http://127.0.0.1:0"]);
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (ApiLine.Match(line) is { Success: true } match)
                {
                    // Keep reading, because a full pipe would block the process.
                    return new(process, new(match.Groups["address"].Value), process.StandardOutput.ReadToEndAsync(CancellationToken.None));
                }
            }

            throw new InvalidOperationException($"{program} exited before it listened.");
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    private static Process Launch(TemporaryDatabase? database, IReadOnlyList<(string Name, string Value)> settings, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() };
        start.Environment.Remove(GeneratorSockets.Setting);
        if (database is not null)
        {
            start.Environment["Database__Provider"] = "Sqlite";
            start.Environment["ConnectionStrings__Entourage"] = database.ConnectionString;
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return Tether.Start(start);
    }

    private async Task WaitUntilReadyAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(BetweenProbes);
        while (await timer.WaitForNextTickAsync(patience.Token))
        {
            using var answer = await http.GetAsync(new Uri(Address, "health/ready"), patience.Token);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }
        }
    }

    private TimeSpan ReadProcessorTime()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    /// <summary>Reads the bytes allocated since the server's start; NaN if its metrics need a key.</summary>
    private async Task<double> ReadAllocatedAsync()
    {
        using var answer = await http.GetAsync(new Uri(Address, "metrics"));
        return answer.IsSuccessStatusCode && AllocatedLine.Match(await answer.Content.ReadAsStringAsync()) is { Success: true } match
            ? double.Parse(match.Groups["bytes"].Value, CultureInfo.InvariantCulture)
            : double.NaN;
    }

    [GeneratedRegex(@"^\s+API\s+(?<address>http://[^/]+)/")]
    private static partial Regex ApiLine { get; }

    [GeneratedRegex(@"^dotnet_gc_heap_total_allocated_bytes_total\S* (?<bytes>\S+)", RegexOptions.Multiline)]
    private static partial Regex AllocatedLine { get; }
}
