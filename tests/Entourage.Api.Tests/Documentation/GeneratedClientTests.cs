using System.Diagnostics;
using System.Text.Json.Nodes;
using Entourage.Testing;

namespace Entourage.Api.Tests.Documentation;

/// <summary>The description has no lint problems, and TypeScript clients that are generated from it work in strict mode.</summary>
internal sealed class GeneratedClientTests
{
    private ApiHost host = null!;
    private string folder = null!;

    [OneTimeSetUp]
    public async Task InstallAsync()
    {
        folder = Directory.CreateTempSubdirectory("entourage-clients-").FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(SourceTree.Root, "tests/Entourage.Api.Tests/Documentation/Clients")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var (exitCode, output) = await TryRunAsync("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline");
        if (exitCode != 0)
        {
            Assert.Ignore($"No npm packages: {output.Trim().Split('\n')[^1]}");
        }

        host = await ApiHost.StartAsync(Store.Sqlite);
        await File.WriteAllTextAsync(Path.Combine(folder, "openapi.json"), await host.Api.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
    }

    [OneTimeTearDown]
    public async Task RemoveAsync()
    {
        await (host?.DisposeAsync() ?? default);
        if (folder is not null)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task Description_has_no_lint_problem()
    {
        var (_, output) = await TryRunAsync("npm", "run", "--silent", "lint");
        var totals = JsonNode.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..(output.LastIndexOf('}') + 1)])!["totals"]!;
        Assert.That((totals.Number("errors"), totals.Number("warnings")), Is.EqualTo((0L, 0L)), output);
    }

    [Test]
    public async Task Generated_clients_complete_a_session()
    {
        foreach (var script in new[] { "generate", "check", "fetch", "hey" })
        {
            var (exitCode, output) = await TryRunAsync("npm", "run", "--silent", script);
            Assert.That(exitCode, Is.Zero, $"{script}: {output}");
        }
    }

    private async Task<(int ExitCode, string Output)> TryRunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        start.Environment["ENTOURAGE_URL"] = host?.Api.Http.BaseAddress!.ToString().TrimEnd('/');
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, output + await errors);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (-1, missing.Message);
        }
    }
}
