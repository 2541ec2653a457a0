using System.Globalization;
using Entourage.Client.Contracts;
using Entourage.Testing;

namespace Entourage.Client.Tests.Cli;

/// <summary>Tests that run commands, each with a temporary folder for traces.</summary>
internal abstract class RunFixture : ClientFixture
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    private DirectoryInfo folder = null!;

    [OneTimeSetUp]
    public void RequireTools()
    {
        if (OperatingSystem.IsWindows() || !"curl,setsid,sh".Split(',').All(tool => File.Exists($"/usr/bin/{tool}") || File.Exists($"/bin/{tool}")))
        {
            Assert.Ignore("The commands need sh, curl and setsid.");
        }
    }

    [SetUp]
    public void CreateFolder() => folder = Directory.CreateTempSubdirectory("entourage-run-");

    [TearDown]
    public void RemoveFolder() => folder?.Delete(recursive: true);

    /// <summary>The trace file, whose path the command finds in the variable <c>TRACE</c>.</summary>
    protected string Trace => Path.Combine(folder.FullName, "trace");

    protected CliProcess Run(Agent agent, string script, params IReadOnlyList<string> options) => Run(agent, new Dictionary<string, string>(), script, options);

    protected CliProcess Run(Agent agent, IReadOnlyDictionary<string, string> environment, string script, params IReadOnlyList<string> options) => CliProcess.Start(
        Address,
        new Dictionary<string, string>(environment) { ["TRACE"] = Trace },
        input: "",
        ["run", "--agent", agent.Id.ToString(), .. options, "--", "sh", "-c", script]);

    /// <summary>Waits until the trace file has a number of lines and returns them.</summary>
    protected async Task<IReadOnlyList<string>> TraceAsync(int lines)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var left = File.Exists(Trace) ? await File.ReadAllLinesAsync(Trace, patience.Token) : [];
            if (left.Length >= lines)
            {
                return left;
            }

            await Task.Delay(PollInterval, TimeProvider.System, patience.Token);
        }
    }

    /// <summary>Creates a shell script with a name and returns its path.</summary>
    protected async Task<string> ScriptAsync(string name, string script)
    {
        var path = Path.Combine(folder.FullName, name);
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return path;
    }

    protected static bool IsRunning(string? process) => IsRunning(int.Parse(process!, CultureInfo.InvariantCulture));

    /// <summary>Returns whether a process runs. A zombie does not.</summary>
    protected static bool IsRunning(int process)
    {
        try
        {
            using var found = System.Diagnostics.Process.GetProcessById(process);
            return !OperatingSystem.IsLinux() || !File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            return false;
        }
    }

    protected async Task<Session> SessionOfAsync(Agent agent) => await Client.ListSessionsAsync(agent.Id).SingleAsync();
}
