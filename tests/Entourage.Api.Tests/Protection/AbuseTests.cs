using System.Net;
using Entourage.Testing;

namespace Entourage.Api.Tests.Protection;

/// <summary>Hostile connections. Honest callers are served meanwhile.</summary>
internal sealed class AbuseTests : HardeningFixture
{
    private const int Attackers = 30;
    private const int MaxConnections = 100;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["Limits:Connections"] = $"{MaxConnections}",
        ["Limits:HeaderSeconds"] = "1",
        ["Limits:KeepAliveSeconds"] = "1",
        ["Limits:SlowSeconds"] = "2",
        ["Limits:BytesPerSecond"] = "1000",
        ["Limits:HeaderCount"] = "20",
        ["Limits:HeaderBytes"] = "4096",
        ["Limits:RequestLineBytes"] = "1024",
    };

    // The connection may close before the answer arrives.
    [Test]
    public async Task Slow_headers_are_cut_off() => Assert.That(
        await SendSlowlyAsync("GET /api/v1/guidelines HTTP/1.1\r\nHost: localhost\r\n", "X-A: b\r\n", drips: 15),
        Is.All.Empty.Or.StartsWith("HTTP/1.1 408"));

    [Test]
    public async Task Slow_bodies_are_cut_off() => Assert.That(
        await SendSlowlyAsync(Post(100_000) + "\"", "a"), Is.All.Empty.Or.StartsWith("HTTP/1.1 408"));

    [Test]
    public async Task Silent_connections_are_closed() => Assert.That(await SendSlowlyAsync("", "", drips: 0), Is.All.Empty);

    [Test]
    public async Task Connections_beyond_the_limit_are_closed_at_once()
    {
        List<RawConnection> open = [];
        try
        {
            while (open.Count < MaxConnections)
            {
                var connection = await OpenAsync();
                open.Add(connection);
                await connection.SendAsync(Get("localhost"));
                if (await connection.ReadAsync() == "")
                {
                    break;
                }
            }

            Assert.That(open, Has.Count.InRange(MaxConnections / 2, MaxConnections), "the fixture's client has some connections");
        }
        finally
        {
            open.ForEach(connection => connection.Dispose());
        }

        // As soon as the server has noticed that they are gone.
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!await IsServedAsync())
        {
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    [TestCase("a header too many", 431)]
    [TestCase("a header too long", 431)]
    [TestCase("an address too long", 414)]
    [TestCase("no HTTP", 400)]
    public async Task Floods_are_refused_before_they_are_read(string what, int status)
    {
        using var connection = await OpenAsync();
        await connection.SendAsync(what switch
        {
            "a header too many" => Get("localhost", string.Concat(Enumerable.Range(0, 20).Select(i => $"X-{i}: a\r\n"))),
            "a header too long" => Get("localhost", $"X-A: {new string('a', 5_000)}\r\n"),
            "an address too long" => $"GET /{new string('a', 2_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n",
            _ => "\0\r\n\r\n",
        });

        Assert.That(await connection.ReadAsync(), Does.StartWith($"HTTP/1.1 {status}"));
    }

    [TestCase(64)]
    [TestCase(100_000)]
    public async Task Too_deeply_nested_body_is_refused(int depth)
    {
        var answer = await Api.PostAsync("/orgs", $$"""{"name": {{new string('[', depth)}}{{new string(']', depth)}}}""");

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(answer.Json.Text("type"), Is.EqualTo("/problems/malformed-body"));
    }

    /// <summary>Opens many slow requests and sends bit by bit until the server closes them. Other callers must be served meanwhile.</summary>
    /// <returns>The answer to each.</returns>
    private async Task<string[]> SendSlowlyAsync(string begin, string drip, int drips = int.MaxValue)
    {
        var attack = Task.WhenAll(Enumerable.Range(0, Attackers).Select(async _ =>
        {
            using var connection = await OpenAsync();
            await connection.SendAsync(begin);
            return await connection.DripAsync(drip, drips);
        }));
        do
        {
            _ = (await AskAsync()).Ok;
        }
        while (!attack.IsCompleted);

        return await attack;
    }

    private static string Get(string host, string headers = "") => $"GET /health/live HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n";

    private static string Post(int length) =>
        $"POST /api/v1/orgs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n";

    private async Task<bool> IsServedAsync()
    {
        try
        {
            return (await AskAsync()).Status == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Task<RawConnection> OpenAsync() => RawConnection.OpenAsync(Api.Http.BaseAddress!);
}
