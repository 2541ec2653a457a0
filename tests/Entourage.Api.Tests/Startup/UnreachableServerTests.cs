using Entourage.Testing;
using Entourage.Testing.Tds;

namespace Entourage.Api.Tests.Startup;

/// <summary>A SQL Server that refuses its callers is reported in a line, not by a crash.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class UnreachableServerTests
{
    private const int LoginFailed = 18456;

    [TestCase]
    [TestCase("issue-key", "ops")]
    [TestCase("verify")]
    [TestCase("migrate")]
    public async Task Program_ends_with_an_error(params string[] command)
    {
        await using var unused = await TestDatabase.CreateAsync(Store.Sqlite);
        await using var server = new TdsServer(request => request.Kind == TdsKind.Login ? TdsReply.Error(LoginFailed, 14) : TdsReply.Success);
        var (exitCode, output) = await ApiProcess.RunAsync(
            unused,
            [
                .. command,
                "--Database:Provider=SqlServer",
                $"--ConnectionStrings:Entourage={server.ConnectionString}",
                "--Database:CommandTimeoutSeconds=1",
                "--urls=http://127.0.0.1:0",
            ]);
        Assert.That(exitCode, Is.EqualTo(1), output);
    }
}
