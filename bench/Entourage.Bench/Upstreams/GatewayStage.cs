using System.Globalization;
using Entourage.Bench.Load;
using Entourage.Bench.Rows;
using Entourage.Bench.Servers;

namespace Entourage.Bench.Upstreams;

/// <summary>A provider, a server whose gateway passes calls on to it, and agents that call through it.</summary>
internal sealed class GatewayStage : IAsyncDisposable
{
    private const string Path = "/v1/chat/completions";

    // 500 tokens at 0.15 USD and 100 at 0.60 USD for a million.
    private const decimal Cost = 0.000135m;

    // Below what a bound of the input makes of it, so that nothing is lowered.
    private const int PromptBytes = 2_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(20);

    private readonly TemporaryDatabase database;
    private readonly Scene scene;

    private GatewayStage(TemporaryDatabase database, ServerProcess provider, ServerProcess server, Scene scene)
    {
        (this.database, this.scene) = (database, scene);
        (Provider, Server) = (provider, server);
    }

    /// <summary>The provider.</summary>
    public ServerProcess Provider { get; }

    /// <summary>The server.</summary>
    public ServerProcess Server { get; }

    /// <summary>Starts the servers and creates the sessions.</summary>
    public static async Task<GatewayStage> CreateAsync()
    {
        var database = new TemporaryDatabase();
        ServerProcess? provider = null, server = null;
        try
        {
            provider = await ServerProcess.StartHostAsync(ProviderHost.Command);
            server = await ServerProcess.StartAsync(
                database, ("Gateway__Upstreams__openai__BaseUrl", provider.Address.AbsoluteUri), ("Gateway__Upstreams__openai__ApiKey", "sk-none"));
            return new(database, provider, server, await Scene.CreateAsync(server.Address, Shape.Spread));
        }
        catch
        {
            await DisposeAsync(database, provider, server);
            throw;
        }
    }

    /// <summary>A call to the provider itself, or to something in front of it.</summary>
    /// <param name="headers">Further headers.</param>
    /// <param name="pace">The time between two chunks of a stream in milliseconds; null for an answer at once.</param>
    public static byte[] Call(IEnumerable<(string Name, string Value)> headers, int? pace = null) => Call(Path, headers, pace);

    /// <summary>A call through the gateway.</summary>
    /// <param name="number">The number of the caller, which has a session of its own up to 200.</param>
    /// <param name="pace">The time between two chunks of a stream in milliseconds; null for an answer at once.</param>
    public byte[] CallThroughGateway(int number, int? pace = null)
    {
        var session = number % scene.Sessions.Count;
        var perTeam = scene.Sessions.Count / scene.Teams.Count;
        var agents = scene.Agents.Count / scene.Teams.Count;
        var agent = scene.Agents[(session / perTeam * agents) + (session % perTeam % agents)];
        return Call($"/gateway/openai{Path}", [("X-Entourage-Agent", $"{agent}"), ("X-Entourage-Session", $"{scene.Sessions[session]}")], pace);
    }

    /// <summary>Checks that a load is recorded to the digit: each turn is a call.</summary>
    /// <exception cref="InvalidDataException">The costs differ.</exception>
    public Side Check(Side side)
    {
        return side with { RunAsync = RunAsync };

        async Task<Run> RunAsync(TimeSpan duration)
        {
            var before = await scene.ReadCostAsync(Server.Address);
            var run = await side.RunAsync(duration);
            var expected = before + (run.Count * Cost);

            // An answer of known length ends before it is recorded.
            using var patience = new CancellationTokenSource(Patience);
            using var timer = new PeriodicTimer(BetweenReads);
            while (await scene.ReadCostAsync(Server.Address) is var actual && actual != expected)
            {
                if (patience.IsCancellationRequested)
                {
                    throw new InvalidDataException($"{run.Count} calls cost {expected - before} USD, but the teams' costs rose by {actual - before} USD.");
                }

                await timer.WaitForNextTickAsync(CancellationToken.None);
            }

            return run;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => DisposeAsync(database, Provider, Server);

    private static byte[] Call(string path, IEnumerable<(string Name, string Value)> headers, int? pace)
    {
        var prompt = string.Concat(Enumerable.Repeat("Some words. ", PromptBytes / 12));
        var stream = pace is null ? "" : "\"stream\":true,";
        var json = $$"""{"model":"{{ProviderHost.Model}}",{{stream}}"max_tokens":1000,"messages":[{"role":"user","content":"{{prompt}}"}]}""";
        return RawRequest.Post(path, json, pace is { } milliseconds ? [.. headers, (ProviderHost.PaceHeader, milliseconds.ToString(CultureInfo.InvariantCulture))] : headers);
    }

    private static async ValueTask DisposeAsync(TemporaryDatabase database, params IReadOnlyList<ServerProcess?> servers)
    {
        foreach (var server in servers.OfType<ServerProcess>())
        {
            await server.DisposeAsync();
        }

        database.Dispose();
    }
}
