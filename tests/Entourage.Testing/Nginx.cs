using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Entourage.Testing;

/// <summary>An nginx process with a configuration from a test.</summary>
public sealed class Nginx : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;

    private Nginx(Process process, string folder) => (this.process, this.folder) = (process, folder);

    /// <summary>The path of the program; null if it is not installed.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, "nginx")).FirstOrDefault(File.Exists);

    /// <summary>A loopback port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts nginx and waits until it listens.</summary>
    /// <param name="port">The loopback port that the configuration listens on.</param>
    /// <param name="http">The content of the <c>http</c> block.</param>
    public static async Task<Nginx> StartAsync(int port, string http)
    {
        var folder = Directory.CreateTempSubdirectory("entourage-nginx-").FullName;
        var file = Path.Combine(folder, "nginx.conf");
        var paths = string.Join(' ', new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(kind => $"{kind}_temp_path {folder}/{kind};"));
        await File.WriteAllTextAsync(
            file,
            $$"""
            daemon off;
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log stderr warn;
            events { worker_connections 256; }
            http {
                access_log off;
                {{paths}}
                {{http}}
            }
            """);
        var process = Process.Start(new ProcessStartInfo(Program!, ["-p", folder, "-e", "stderr", "-c", file]) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEndAsync();
        var nginx = new Nginx(process, folder);
        using var patience = new CancellationTokenSource(Patience.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await AnswersAsync(port))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"nginx ended with {process.ExitCode}: {await said}");
            }

            await timer.WaitForNextTickAsync(patience.Token);
        }

        return nginx;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            // A graceful stop also ends the worker processes, which a kill would leave behind.
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            using var patience = new CancellationTokenSource(Patience.Limit);
            await process.WaitForExitAsync(patience.Token);
        }

        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
