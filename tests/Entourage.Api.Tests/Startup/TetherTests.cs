using System.Diagnostics;
using System.Globalization;
using Entourage.Testing;

namespace Entourage.Api.Tests.Startup;

/// <summary>Tests leave no server behind, however they end.</summary>
internal sealed class TetherTests
{
    // Starts the given program, prints its process id, and waits.
    private const string Starter = """coproc SERVER { exec "$@"; }; echo "$SERVER_PID"; cat <&"${SERVER[0]}" > /dev/null; wait""";

    [Test]
    public async Task Server_ends_when_its_starter_is_killed()
    {
        Assume.That(OperatingSystem.IsLinux(), "the test reads /proc");
        await using var database = await TestDatabase.CreateAsync(Store.Sqlite);
        var start = new ProcessStartInfo("bash", ["-c", Starter, "bash", .. Tether.Tie(ApiProcess.Program("--urls", "http://127.0.0.1:0"))])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(database.FilePath),
        };
        using var starter = Process.Start(start)!;
        var server = int.Parse((await starter.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        await Patience.UntilAsync(() => File.Exists(Path.Combine(start.WorkingDirectory!, "data", "entourage.db.in-use")));
        Assert.That(IsRunning(server));

        starter.Kill();
        await starter.WaitForExitAsync();
        await Patience.UntilAsync(() => !IsRunning(server));
    }

    [Test]
    public async Task Ended_server_kills_nothing_else_and_keeps_its_exit_code()
    {
        Assume.That(OperatingSystem.IsWindows(), Is.False, "there is no bash");
        using var process = Tether.Start(new("sh", ["-c", "exit 7"]));
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.EqualTo(7));
    }

    // An ended process stays in the table until its parent, which is gone, or process 1 reaps it.
    private static bool IsRunning(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
