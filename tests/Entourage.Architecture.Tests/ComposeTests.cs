using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Entourage.Architecture.Tests;

/// <summary>Services of the compose files have limits and minimal rights, and no password is on a command line.</summary>
internal sealed partial class ComposeTests
{
    private static readonly string[] Files = ["docker-compose.yml", "docker-compose.sqlite.yml"];

    private static readonly Dictionary<string, string> Environment = new()
    {
        ["MSSQL_SA_PASSWORD"] = "Aa1!of-the-administrator",
        ["ENTOURAGE_DB_PASSWORD"] = "Aa1!of-the-servers",
        ["ENTOURAGE_DB_SCHEMA_PASSWORD"] = "Aa1!of-the-migrations",
        ["ENTOURAGE_BOOTSTRAP_KEY"] = "the-first-key-of-tests-0123456789",
    };

    [Test]
    public void Image_contains_native_code()
    {
        Assert.That(Repository.Read("src/Entourage.Api/Entourage.Api.csproj"), Does.Contain("<PublishReadyToRun>true</PublishReadyToRun>"));
        Assert.That(Repository.Read("Dockerfile"), Does.Contain("RUN dotnet publish src/Entourage.Api -c Release -a $TARGETARCH").And.Not.Contain("PublishReadyToRun=false"));
    }

    [TestCaseSource(nameof(Files))]
    public void Every_service_has_a_memory_limit_a_restart_policy_and_no_new_privileges(string file)
    {
        var services = ServicesOf(file);
        Assert.That(services, Is.Not.Empty);
        foreach (var (name, text) in services)
        {
            Assert.Multiple(() =>
            {
                Assert.That(text, Does.Contain("mem_limit: "), name);
                Assert.That(text, Does.Match("restart: (unless-stopped|\"no\")"), name);
                Assert.That(text, Does.Contain("<<: *hardened").Or.Contain("no-new-privileges:true"), name);
                Assert.That(text.Contains("healthcheck:", StringComparison.Ordinal), Is.EqualTo(text.Contains("restart: unless-stopped", StringComparison.Ordinal)), name);
            });
        }
    }

    [Test]
    public void Only_the_database_and_its_setup_script_get_the_administrator_password()
    {
        var services = ServicesOf("docker-compose.yml");
        Assert.That(services.Where(service => service.Value.Contains("MSSQL_SA_PASSWORD", StringComparison.Ordinal)).Select(service => service.Key), Is.EquivalentTo(new[] { "db", "db-init" }));
        Assert.That(services["api"], Does.Contain("User Id=entourage_app;").And.Contain("Database__MigrateOnStart: \"false\"").And.Not.Contain("SCHEMA"));
        Assert.That(services["migrate"], Does.Contain("User Id=entourage_schema;").And.Contain("[\"migrate\"]"));
        Assert.That(services["db"], Does.Contain("MSSQL_PID: ${MSSQL_PID:-Express}").And.Not.Contain("-P "));
    }

    [TestCaseSource(nameof(Files))]
    public async Task Compose_accepts_the_file(string file)
    {
        string[][] tools = [["docker", "compose"], ["docker-compose"]];
        foreach (var tool in tools)
        {
            if (await RunAsync([.. tool, "version"]) is { ExitCode: 0 })
            {
                var run = await RunAsync([.. tool, "-f", Path.Combine(Repository.Root, file), "config", "--quiet"]);
                Assert.That(run?.ExitCode, Is.Zero, run?.Errors);
                return;
            }
        }

        Assert.Ignore("No docker compose: its files are not checked by it on this machine.");
    }

    [Test]
    public async Task Sqlcmd_gets_passwords_only_on_standard_input()
    {
        var (run, arguments, input) = await InitialiseAsync(Environment);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        foreach (var (name, secret) in Environment)
        {
            Assert.That(arguments, Does.Not.Contain(secret), name);
        }

        Assert.That(arguments, Does.Contain("-b").And.Contain("-U sa").And.EndWith("SQLCMDPASSWORD=set"));
        Assert.That(input, Does.StartWith(":setvar DATABASE \"entourage\"\n").And.Contain(":setvar APP_PASSWORD \"Aa1!of-the-servers\"\n").And.Contain("CREATE LOGIN"));
        var set = Variable.Matches(input).Select(match => match.Groups[1].Value);
        Assert.That(Used.Matches(input).Select(match => match.Groups[1].Value).Distinct(), Is.EquivalentTo(set));
    }

    [TestCase("ENTOURAGE_DB_PASSWORD", "")]
    [TestCase("ENTOURAGE_DB_PASSWORD", "a'; DROP LOGIN sa --")]
    [TestCase("ENTOURAGE_DB_PASSWORD", "with;semicolon")]
    [TestCase("ENTOURAGE_DB_PASSWORD", "with\"quote")]
    [TestCase("ENTOURAGE_DB_PASSWORD", "$(APP_LOGIN)")]
    [TestCase("ENTOURAGE_DB_PASSWORD", "=begins")]
    [TestCase("ENTOURAGE_DB_PASSWORD", "two\nlines")]
    [TestCase("ENTOURAGE_DB_SCHEMA_PASSWORD", "pass]word")]
    [TestCase("ENTOURAGE_DB_SCHEMA_PASSWORD", "Aa1!of-the-servers")]
    [TestCase("ENTOURAGE_DB_SCHEMA_PASSWORD", "Aa1!of-the-administrator")]
    public async Task Ambiguous_password_is_refused_by_name(string name, string value)
    {
        var (run, arguments, _) = await InitialiseAsync(new Dictionary<string, string>(Environment) { [name] = value });
        Assert.That((run.ExitCode, arguments), Is.EqualTo((1, "")));
        Assert.That(run.Errors, Does.Contain(name));
        Assert.That(value.Length > 0 && run.Errors.Contains(value, StringComparison.Ordinal), Is.False, "a message must not show a password");
    }

    private static Dictionary<string, string> ServicesOf(string file)
    {
        var services = Repository.Read(file).Split("\nservices:\n")[1].Split("\nvolumes:\n")[0];
        var names = Service.Matches(services);
        return names.Select((match, at) => (Name: match.Groups[1].Value, Text: services[match.Index..(at + 1 < names.Count ? names[at + 1].Index : services.Length)]))
            .ToDictionary(service => service.Name, service => service.Text);
    }

    /// <summary>Runs the database's setup script with a fake sqlcmd that records its arguments and input.</summary>
    private static async Task<((int ExitCode, string Errors) Run, string Arguments, string Input)> InitialiseAsync(Dictionary<string, string> environment)
    {
        var folder = Directory.CreateTempSubdirectory("entourage-init-").FullName;
        try
        {
            var tool = Path.Combine(folder, "sqlcmd");
            await File.WriteAllTextAsync(tool, $"#!/bin/sh\necho \"$* SQLCMDPASSWORD=${{SQLCMDPASSWORD:+set}}\" > {folder}/arguments\ncat > {folder}/input\n");
            await RunAsync(["chmod", "+x", tool]);
            var run = await RunAsync(["sh", Path.Combine(Repository.Root, "docker/sqlserver/init.sh")], new Dictionary<string, string>(environment) { ["SQLCMD"] = tool });
            return (run!.Value, (await ReadAsync("arguments")).Trim(), await ReadAsync("input"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task<string> ReadAsync(string name) => File.Exists(Path.Combine(folder, name)) ? await File.ReadAllTextAsync(Path.Combine(folder, name)) : "";
    }

    private static async Task<(int ExitCode, string Errors)?> RunAsync(string[] command, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = await process.StandardError.ReadToEndAsync();
            await output;
            await process.WaitForExitAsync();
            return (process.ExitCode, errors);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // The tool is not installed.
            return null;
        }
    }

    [GeneratedRegex(@"^  ([a-z-]+):$", RegexOptions.Multiline)]
    private static partial Regex Service { get; }

    [GeneratedRegex(@"^:setvar (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Variable { get; }

    [GeneratedRegex(@"\$\((\w+)\)")]
    private static partial Regex Used { get; }
}
