using System.Diagnostics;
using System.Globalization;
using Entourage.Bench.Reporting;
using Microsoft.Data.SqlClient;

namespace Entourage.Bench.Servers;

/// <summary>A database of its own on the SQL Server that an environment variable names.</summary>
internal sealed class SqlServerDatabase : IDatabase, IAsyncDisposable
{
    /// <summary>The environment variable with the connection string, which needs the right to create databases.</summary>
    public const string Variable = "ENTOURAGE_TEST_SQLSERVER";

    private const int DefaultPort = 1433;

    // Sessions of servers that were just killed may still be ending.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(200);
    private static readonly string[] ProgramNames = ["sqlservr", "postgres"];

    private readonly string server;
    private readonly string name;

    private SqlServerDatabase(string server, string name) => (this.server, this.name) = (server, name);

    /// <summary>Whether there is a SQL Server.</summary>
    public static bool IsAvailable => Server is not null;

    /// <inheritdoc/>
    public string Provider => "SqlServer";

    /// <inheritdoc/>
    public string ConnectionString => new SqlConnectionStringBuilder(server) { InitialCatalog = name }.ToString();

    private static string? Server => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } configured ? configured : null;

    /// <summary>Creates a database.</summary>
    public static async Task<SqlServerDatabase> CreateAsync()
    {
        var database = new SqlServerDatabase(Server!, "entourage_bench_" + Guid.CreateVersion7().ToString("N", CultureInfo.InvariantCulture));
        await database.RunOnServerAsync("CREATE DATABASE {0}");
        try
        {
            await database.RunOnServerAsync("ALTER DATABASE {0} SET READ_COMMITTED_SNAPSHOT ON");
            await database.RunOnServerAsync("ALTER DATABASE {0} SET ALLOW_SNAPSHOT_ISOLATION ON");
        }
        catch (SqlException)
        {
            // Servers that only speak the protocol of SQL Server may lack the options because they always behave so.
        }

        return database;
    }

    /// <summary>Starts a proxy in front of the server.</summary>
    /// <exception cref="FormatException">The connection string names no TCP port.</exception>
    public DatabaseProxy StartProxy()
    {
        var (host, port) = Endpoint;
        return new(host, port);
    }

    /// <summary>The same database behind a proxy. Without encryption, so that the proxy can count requests.</summary>
    public IDatabase Behind(DatabaseProxy proxy) => new Proxied(
        Provider,
        new SqlConnectionStringBuilder(ConnectionString)
        {
            DataSource = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1,{proxy.Port}"),
            Encrypt = SqlConnectionEncryptOption.Optional,
        }.ToString());

    /// <summary>Measures a round trip: a query without any work, on one connection, in milliseconds.</summary>
    public static async Task<Spread> MeasureRoundTripAsync(IDatabase database)
    {
        const int Queries = 300;
        await using var connection = new SqlConnection(database.ConnectionString + ";Pooling=False");
        await connection.OpenAsync();
        await using var command = new SqlCommand("SELECT 1", connection);
        var milliseconds = new List<double>();
        for (var query = 0; query < Queries; query++)
        {
            var started = Stopwatch.GetTimestamp();
            await command.ExecuteScalarAsync();
            milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        // The first ones compile code.
        return Spread.Of(milliseconds.Skip(Queries / 3));
    }

    /// <summary>
    /// Reads the processor time of the database's processes so far, by process. Empty if it runs on another machine or not on Linux.
    /// </summary>
    public IReadOnlyDictionary<int, TimeSpan> ReadProcessorTimes()
    {
        var times = new Dictionary<int, TimeSpan>();
        if (OperatingSystem.IsLinux() && Endpoint.Host is "localhost" or "127.0.0.1" or "::1")
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                // Not by Process.GetProcessesByName, because sessions of Babelfish change their names.
                if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    && ReadProcessorTime(folder, id) is { } time)
                {
                    times[id] = time;
                }
            }
        }

        return times;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        SqlConnection.ClearAllPools();
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await RunOnServerAsync("DROP DATABASE IF EXISTS {0}");
                return;
            }
            catch (SqlException) when (Stopwatch.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(BetweenAttempts, TimeProvider.System);
            }
        }
    }

    private (string Host, int Port) Endpoint
    {
        get
        {
            var source = new SqlConnectionStringBuilder(server).DataSource;
            var parts = (source.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase) ? source[4..] : source).Split(',');
            var port = DefaultPort;
            return parts[0].Contains('\\', StringComparison.Ordinal)
                || (parts.Length > 1 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out port))
                ? throw new FormatException($"{Variable} needs a server with a TCP port, such as Server=localhost,1433.")
                : (parts[0] is "." or "(local)" ? "localhost" : parts[0], port);
        }
    }

    private async Task RunOnServerAsync(string format)
    {
        await using var connection = new SqlConnection(server);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The name is made above.
        await using var command = new SqlCommand(string.Format(CultureInfo.InvariantCulture, format, name), connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static TimeSpan? ReadProcessorTime(string folder, int id)
    {
        try
        {
            if (!ProgramNames.Contains(File.ReadAllText(Path.Combine(folder, "comm")).TrimEnd()))
            {
                return null;
            }

            using var process = Process.GetProcessById(id);
            return process.TotalProcessorTime;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or InvalidOperationException)
        {
            // The process has ended.
            return null;
        }
    }

    private sealed record Proxied(string Provider, string ConnectionString) : IDatabase;
}
