using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Entourage.Testing;

namespace Entourage.Api.Tests.Protection;

/// <summary>A server with a low limit on open files and more idle connections than that.</summary>
internal sealed class ConnectionLimitTests
{
    // The program itself opens about 400 files.
    private const int OpenFiles = 700;
    private const int IdleConnections = 1_500;

    [OneTimeSetUp]
    public void Check() => Assume.That(OperatingSystem.IsLinux(), "ulimit exists only on Unix");

    [Test]
    public async Task Idle_connections_beyond_the_system_limit_neither_crash_the_process_nor_block_its_store()
    {
        await using var database = await TestDatabase.CreateAsync(Store.Sqlite);
        await using var process = await ApiProcess.StartAsync(database, new Confinement(OpenFiles: OpenFiles));
        var team = await process.Api.CreateTeamAsync();
        var address = process.Api.Http.BaseAddress!;
        List<Socket> idle = [];
        try
        {
            for (var i = 0; i < IdleConnections; i++)
            {
                idle.Add(new(SocketType.Stream, ProtocolType.Tcp));
                await idle[^1].ConnectAsync(address.Host, address.Port);
                if (i % 50 == 0)
                {
                    // An honest caller can still use its open connection.
                    await team.UseAsync(await team.StartAsync(), 0.01m);
                }
            }

            for (var i = 0; i < 20; i++)
            {
                await team.UseAsync(await team.StartAsync(), 0.01m);
                Assert.That((await process.Api.Http.GetAsync("/health/ready")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
            }
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }

        // New connections work as soon as the server has noticed that the idle ones are gone.
        using var fresh = new HttpClient { BaseAddress = address };
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!await IsServedAsync(fresh))
        {
            patience.Token.ThrowIfCancellationRequested();
        }

        Assert.That((await team.CostsAsync("?period=all")).Usd("total_cost_usd"), Is.EqualTo(0.01m * (20 + (IdleConnections / 50))));
        var output = await process.EndAsync();
        Assert.That(output, Does.Contain("Limits:Connections is lowered from 16384 to").And.Contain($"{OpenFiles} open files"));
        Assert.That(output, Does.Not.Contain("Too many open files").And.Not.Contain("Exception"));
    }

    [Test]
    public async Task Limits_within_the_system_limit_are_kept_and_nothing_is_logged()
    {
        await using var database = await TestDatabase.CreateAsync(Store.Sqlite);
        await using var process = await ApiProcess.StartAsync(
            database,
            new Confinement(OpenFiles: 1_000),
            new Dictionary<string, string> { ["Limits:Connections"] = "30", ["Limits:UpgradedConnections"] = "10" });
        List<RawConnection> open = [];
        try
        {
            // The fixture's client may hold one.
            var answers = 0;
            for (var i = 0; i < 31; i++)
            {
                open.Add(await RawConnection.OpenAsync(process.Api.Http.BaseAddress!));
                await open[^1].SendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
                answers += await open[^1].ReadAsync() == "" ? 0 : 1;
            }

            Assert.That(answers, Is.InRange(28, 30));
        }
        finally
        {
            open.ForEach(connection => connection.Dispose());
        }

        Assert.That(await process.EndAsync(), Does.Not.Contain("is lowered"));
    }

    [TestCase(512)]
    [TestCase(1_024)]
    public async Task Server_runs_under_a_low_limit(int files)
    {
        await using var database = await TestDatabase.CreateAsync(Store.Sqlite);
        await using var process = await ApiProcess.StartAsync(database, new Confinement(OpenFiles: files));
        var team = await process.Api.CreateTeamAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await team.UseAsync(await team.StartAsync(), 0.01m)));
        Assert.That(await process.EndAsync(), Does.Contain("is lowered").And.Contain(files.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<bool> IsServedAsync(HttpClient client)
    {
        try
        {
            return (await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
