using System.Net.Http.Headers;
using System.Text;
using Entourage.Testing;

namespace Entourage.Api.Tests.Gateway;

/// <summary>The base of tests of calls to a fake provider through the gateway of a server without keys.</summary>
[TestFixtureSource(typeof(Stores), nameof(Stores.All))]
internal abstract class GatewayFixture(Store store)
{
    protected const string ProviderKey = "sk-of-the-provider";
    protected const string Secret = "the prompt that nobody may keep";
    protected const string Model = ApiClient.ListedModel;

    protected FakeProvider Provider { get; private set; } = null!;

    protected ApiHost Host { get; private set; } = null!;

    protected TestTeam Team { get; private set; } = null!;

    protected virtual IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

    [SetUp]
    public async Task StartAsync()
    {
        Provider = await FakeProvider.StartAsync();
        Host = await ApiHost.StartAsync(store, TimeProvider.System.GetUtcNow(), Provider.AddTo(new(Settings), ProviderKey));
        Team = await Host.Api.CreateTeamAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await (Host?.DisposeAsync() ?? default);
        await (Provider?.DisposeAsync() ?? default);
    }

    /// <summary>Calls a provider as the agent of the team. The answer is complete, and the call is settled, which follows its last byte.</summary>
    protected async Task<HttpResponseMessage> CallAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = RequestOf(path, body, headers);
        var others = await CountRunningAsync(Host);
        var answer = await Host.Api.Http.SendAsync(request, HttpCompletionOption.ResponseContentRead);
        await Patience.UntilAsync(async () => await CountRunningAsync(Host) <= others);
        return answer;
    }

    /// <summary>Counts the calls that are not settled.</summary>
    internal static Task<int> CountRunningAsync(ApiHost host) => host.CountAsync("Reservations WHERE IsHeld = 1 AND EndedAt IS NULL");

    protected HttpRequestMessage RequestOf(string path, string body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/gateway/{path}")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (!request.Headers.Contains("X-Entourage-Agent"))
        {
            request.Headers.Add("X-Entourage-Agent", Team.Agent);
        }

        return request;
    }

    /// <summary>The budget of the agent.</summary>
    protected async Task<(decimal Spent, decimal Reserved)> BudgetAsync()
    {
        var budget = await Team.BudgetAsync();
        return (budget.Usd("daily_spent_usd")!.Value, budget.Usd("reserved_usd")!.Value);
    }

    /// <summary>A request to Anthropic.</summary>
    protected static string Messages(int maxTokens = 1_000, bool stream = false, string more = "") =>
        $$"""{"model":"{{Model}}","max_tokens":{{maxTokens}},"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{Secret}}"}]{{more}}}""";

    /// <summary>An answer of Anthropic.</summary>
    protected static string Message(long input, long output, string text = "the completion that nobody may keep") =>
        $$$"""{"id":"msg_01","type":"message","role":"assistant","model":"{{{Model}}}","content":[{"type":"text","text":"{{{text}}}"}],"stop_reason":"end_turn","usage":{"input_tokens":{{{input}}},"output_tokens":{{{output}}},"cache_read_input_tokens":0,"cache_creation_input_tokens":0}}""";

    /// <summary>The events of a streamed answer of Anthropic.</summary>
    protected static IEnumerable<string> MessageEvents(long input, long output, int texts = 3) =>
    [
        $$$$"""event: message_start{{{{"\n"}}}}data: {"type":"message_start","message":{"id":"msg_02","model":"{{{{Model}}}}","usage":{"input_tokens":{{{{input}}}},"output_tokens":1}}}{{{{"\n\n"}}}}""",
        .. Enumerable.Range(0, texts).Select(i =>
            $$$$"""event: content_block_delta{{{{"\n"}}}}data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"part {{{{i}}}} of the answer"}}{{{{"\n\n"}}}}"""),
        $$$$"""event: message_delta{{{{"\n"}}}}data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":{{{{output}}}}}}{{{{"\n\n"}}}}""",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    ];
}
