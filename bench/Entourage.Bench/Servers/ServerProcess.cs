using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Entourage.Bench.Bare;
using Entourage.Bench.Load;
using Entourage.Testing;

namespace Entourage.Bench.Servers;

/// <summary>A server in a separate process: Entourage or the baseline.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    // The path of the Entourage.Api.dll of another build to measure.
    private const string OtherBuild = "ENTOURAGE_BENCH_SERVER";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan BetweenProbes = TimeSpan.FromMilliseconds(10);

    private readonly HttpClient http = new();
    private readonly Process process;
    private readonly Task<string> output;

    private ServerProcess(Process process, Uri address, Task<string> output) => (this.process, Address, this.output) = (process, address, output);

    /// <summary>The path of the server's program.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable(OtherBuild) is { Length: > 0 } other
        ? Path.GetFullPath(other)
        : Path.Combine(AppContext.BaseDirectory, "Entourage.Api.dll");

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
    public static Task<ServerProcess> StartBareAsync() => StartHostAsync(BareHost.Command);

    /// <summary>Starts another command of this program and waits until it listens.</summary>
    public static Task<ServerProcess> StartHostAsync(string command, params string[] arguments) =>
        StartAsync(null, [], Path.Combine(AppContext.BaseDirectory, "Entourage.Bench.dll"), [command, .. arguments]);

    /// <summary>Starts another program and waits until it accepts connections.</summary>
    /// <param name="start">The program.</param>
    /// <param name="address">Where it will listen.</param>
    public static async Task<ServerProcess> StartOtherAsync(ProcessStartInfo start, Uri address)
    {
        ArgumentNullException.ThrowIfNull(start);
        start.RedirectStandardOutput = true;
        var process = Tether.Start(start);
        var server = new ServerProcess(process, address, process.StandardOutput.ReadToEndAsync(CancellationToken.None));
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            using var timer = new PeriodicTimer(BetweenProbes);
            while (await timer.WaitForNextTickAsync(patience.Token))
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(address.Host, address.Port, patience.Token);
                    break;
                }
                catch (SocketException)
                {
                    // Not yet.
                }
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts Entourage on a database and waits until it listens. It does not warm itself up, because the warm-up of a row does, and both at once would
    /// disturb the first runs.
    /// </summary>
    public static Task<ServerProcess> StartAsync(IDatabase database, params IReadOnlyList<(string Name, string Value)> settings) =>
        StartAsync(database, [("WarmUp__Seconds", "0"), .. settings], Program);

    /// <summary>Starts Entourage on a database with its usual settings, and waits until it listens.</summary>
    public static Task<ServerProcess> StartAsUsualAsync(IDatabase database) => StartAsync(database, [], Program);

    /// <summary>Starts Entourage on a database, and waits until it reports that it is ready, as a load balancer does.</summary>
    public static async Task<ServerProcess> StartReadyAsync(IDatabase database)
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
    public static async Task<string> RunAsync(IDatabase database, params string[] arguments)
    {
        using var process = Launch(database, [], [Program, .. arguments]);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{arguments[0]} exited with {process.ExitCode}: {output}");
    }

    /// <summary>Runs a load on this server and measures what it costs the server.</summary>
    public Task<Run> MeasureAsync(Func<Task<Run>> loadAsync) => MeasureAsync([this], loadAsync);

    /// <summary>Runs a load on several servers and measures what it costs them in total.</summary>
    public static async Task<Run> MeasureAsync(IReadOnlyList<ServerProcess> servers, Func<Task<Run>> loadAsync)
    {
        var metrics = await ReadMetricsAsync(servers);
        var processor = ReadProcessorTime(servers);
        var run = await loadAsync();
        processor = ReadProcessorTime(servers) - processor;
        var after = await ReadMetricsAsync(servers);
        return run with
        {
            Processor = processor,
            AllocatedBytes = after.AllocatedBytes - metrics.AllocatedBytes,
            Transactions = after.Transactions - metrics.Transactions,
        };
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
        IDatabase? database, IReadOnlyList<(string Name, string Value)> settings, string program, params string[] arguments)
    {
        var process = Launch(database, settings, [program, .. arguments, "--urls", "http://127.0.0.1:0"]);
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

            throw new InvalidOperationException($"{Path.GetFileName(program)} exited before it listened.");
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    private static Process Launch(IDatabase? database, IReadOnlyList<(string Name, string Value)> settings, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() };
        start.Environment.Remove(GeneratorSockets.Setting);
        if (database is not null)
        {
            start.Environment["Database__Provider"] = database.Provider;
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

    private static TimeSpan ReadProcessorTime(IReadOnlyList<ServerProcess> servers)
    {
        var total = TimeSpan.Zero;
        foreach (var server in servers)
        {
            server.process.Refresh();
            total += server.process.TotalProcessorTime;
        }

        return total;
    }

    /// <summary>Sums metrics since the servers' starts; NaN if they need a key.</summary>
    private static async Task<(double AllocatedBytes, double Transactions)> ReadMetricsAsync(IReadOnlyList<ServerProcess> servers)
    {
        var (allocated, transactions) = (0.0, 0.0);
        foreach (var server in servers)
        {
            using var answer = await server.http.GetAsync(new Uri(server.Address, "metrics"));
            var text = answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync() : null;
            allocated += Read(text, AllocatedLine) ?? double.NaN;

            // Missing until the first transaction.
            transactions += text is null ? double.NaN : Read(text, TransactionsLine) ?? 0;
        }

        return (allocated, transactions);
    }

    private static double? Read(string? metrics, Regex line) => metrics is not null && line.Match(metrics) is { Success: true } match
        ? double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)
        : null;

    [GeneratedRegex(@"^\s+API\s+(?<address>http://[^/]+)/")]
    private static partial Regex ApiLine { get; }

    [GeneratedRegex(@"^dotnet_gc_heap_total_allocated_bytes_total\S* (?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex AllocatedLine { get; }

    [GeneratedRegex(@"^entourage_ledger_batch_size\S*_count\S* (?<value>\S+)", RegexOptions.Multiline)]
    private static partial Regex TransactionsLine { get; }
}
