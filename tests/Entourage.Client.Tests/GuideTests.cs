using System.Diagnostics;
using System.Text.RegularExpressions;
using Entourage.Testing;

namespace Entourage.Client.Tests;

/// <summary>Runs the code of the guides as it is written.</summary>
internal sealed partial class GuideTests : ClientFixture
{
    private DirectoryInfo folder = null!;

    [SetUp]
    public void CreateFolder() => folder = Directory.CreateTempSubdirectory("entourage-guide-");

    [TearDown]
    public void RemoveFolder() => folder.Delete(recursive: true);

    [Test]
    public async Task The_curl_guide_works()
    {
        Require("bash", "curl");
        var (code, output) = await RunAsync("bash", null, "-euo", "pipefail", "-c", string.Join('\n', Blocks("curl.md", "bash")));
        var lines = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Multiple(() =>
        {
            Assert.That(code, Is.Zero);
            Assert.That(lines[..4], Is.EqualTo(new[] { "\"cost_usd\":0.0675", "\"stop\":false", "stopped after 5 calls", "402" }));
            Assert.That(lines[^1], Does.Contain("1.2675"));
        });
    }

    [Test]
    public async Task The_Python_guide_works()
    {
        Require("python3");
        var blocks = Blocks("python.md", "python");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "entourage.py"), blocks[0]);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "agent.py"), blocks[1]);
        var (_, agent) = await CreateTeamAsync(dailyCapUsd: 1m);
        var (code, output) = await RunAsync("python3", agent.Id, "agent.py");
        Assert.That((code, output), Is.EqualTo((0, Blocks("python.md", "").Single())));
        Assert.That(await SpentAsync(agent), Is.EqualTo(0.75m));
        Assert.That((await Client.ListSessionsAsync(agent.Id).SingleAsync()).Status, Is.EqualTo("failed"));
    }

    private async Task<(int ExitCode, string Output)> RunAsync(string program, Guid? agent, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = folder.FullName };
        (start.Environment["ENTOURAGE_URL"], start.Environment["ENTOURAGE_AGENT_ID"]) = (Address.AbsoluteUri.TrimEnd('/'), agent?.ToString());
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience.Limit);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, output);
    }

    private static void Require(params IEnumerable<string> tools)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (tools.FirstOrDefault(tool => !folders.Any(folder => File.Exists(Path.Combine(folder, tool)))) is { } missing)
        {
            Assert.Ignore($"{missing} is not installed.");
        }
    }

    /// <summary>Returns the code blocks of a guide in a language.</summary>
    private static string[] Blocks(string guide, string language)
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "guides", guide));
        return [.. Block.Matches(text).Where(block => block.Groups["language"].Value == language).Select(block => block.Groups["code"].Value)];
    }

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<code>.*?)^```\n", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block { get; }
}
