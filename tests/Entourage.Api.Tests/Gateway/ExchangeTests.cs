using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Entourage.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Entourage.Api.Tests.Gateway;

/// <summary>Exchanges of all kinds pass through the gateway byte for byte: provider and client see what they see without it.</summary>
internal sealed class ExchangeTests
{
    private const string NumberHeader = "X-Exchange";
    private const int Seed = 20_261_130;
    private const int AtOnce = 8;

    private static readonly int Count = Depth.Of(usual: 200, full: 5_000);

    // Of one connection, or different for the credential and the host.
    private static readonly string[] RequestExceptions =
        ["Host", "Connection", "Transfer-Encoding", "Content-Length", "x-api-key", "Authorization", "x-goog-api-key", "X-Entourage-Agent"];

    // Of one connection, moment or host.
    private static readonly string[] AnswerExceptions = ["Connection", "Transfer-Encoding", "Date", "Alt-Svc"];

    // What every answer of this server has, so that no page of an upstream can do anything in a browser.
    private static readonly string[] SecurityHeaders =
    [
        "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy", "Cache-Control",
    ];

    private readonly Exchange[] exchanges = [.. Generate()];
    private readonly ConcurrentDictionary<int, Seen> seen = new();

    [Test]
    public async Task Exchanges_are_the_same_through_the_gateway_and_without_it()
    {
        await using var provider = await FakeProvider.StartAsync();
        provider.Answer = AnswerAsync;
        await using var host = await ApiHost.StartAsync(Store.Sqlite, TimeProvider.System.GetUtcNow(), provider.AddTo([], "sk-of-the-provider"));
        var team = await host.Api.CreateTeamAsync();
        using var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ActivityHeadersPropagator = null,
        });
        var differences = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, exchanges.Length), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            var exchange = exchanges[number];
            var direct = await SendAsync(client, $"{provider.Url}/{exchange.Target}", number, agent: null);
            var before = seen[number];
            var through = await SendAsync(client, $"{host.Api.Http.BaseAddress}gateway/{exchange.Upstream}/{exchange.Target}", number, team.Agent);
            foreach (var difference in Compare(exchange, before, seen[number], direct, through))
            {
                differences.Enqueue($"{number}: {exchange.Method} {exchange.Upstream}/{exchange.Target}: {difference}");
            }
        });

        Assert.That(string.Join('\n', differences), Is.Empty);
        Assert.That((await team.BudgetAsync()).Usd("reserved_usd"), Is.Zero);
    }

    private static IEnumerable<Exchange> Generate()
    {
        var random = new Random(Seed);
        return Enumerable.Range(0, Count).Select(_ => Exchange.Of(random));
    }

    private static IEnumerable<string> Compare(Exchange exchange, Seen before, Seen after, Received direct, Received through)
    {
        if (before.Target != after.Target)
        {
            yield return $"the target {before.Target} became {after.Target}";
        }

        // A request for usage is the only addition, and the whole answer must then be uncompressed.
        var body = exchange.ContentWithUsage is null ? after.Body
            : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(after.Body).Replace("\"stream_options\":{\"include_usage\":true},", "", StringComparison.Ordinal));
        if (!before.Body.AsSpan().SequenceEqual(body))
        {
            yield return $"the request {Encoding.UTF8.GetString(before.Body)} became {Encoding.UTF8.GetString(after.Body)}";
        }

        string[] exceptions = exchange.ContentWithUsage is null ? RequestExceptions : [.. RequestExceptions, "Accept-Encoding"];
        foreach (var difference in Compare(before.Headers, after.Headers, exceptions))
        {
            yield return $"request header {difference}";
        }

        if (direct.Status != through.Status)
        {
            yield return $"the status {direct.Status} became {through.Status}: {Encoding.UTF8.GetString(through.Body)}";
        }

        if (!direct.Body.AsSpan().SequenceEqual(through.Body))
        {
            yield return $"the answer {Encoding.UTF8.GetString(direct.Body)} became {Encoding.UTF8.GetString(through.Body)}";
        }

        // Where the provider sent none of them itself.
        string[] added = [.. SecurityHeaders.Where(name => name != "Cache-Control" || !direct.Headers.Any(header => header.StartsWith(name, StringComparison.OrdinalIgnoreCase)))];
        foreach (var difference in Compare(direct.Headers, through.Headers, [.. AnswerExceptions, .. added]))
        {
            yield return $"answer header {difference}";
        }
    }

    private static IEnumerable<string> Compare(IReadOnlyList<string> before, IReadOnlyList<string> after, string[] exceptions)
    {
        var (expected, actual) = (Of(before), Of(after));
        return [.. expected.Except(actual).Select(header => $"'{header}' is missing"), .. actual.Except(expected).Select(header => $"'{header}' is new")];

        string[] Of(IReadOnlyList<string> headers) => [.. headers.Where(header => !exceptions.Contains(header.Split(':')[0], StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
    }

    private async Task<Received> SendAsync(HttpMessageInvoker client, string url, int number, string? agent)
    {
        var exchange = exchanges[number];
        var address = new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(exchange.Method), address);
        request.Headers.Add(NumberHeader, number.ToString(CultureInfo.InvariantCulture));
        if (agent is not null)
        {
            request.Headers.Add("X-Entourage-Agent", agent);
        }

        if (exchange.Body is not null)
        {
            // Every other body in chunks.
            request.Content = new ByteArrayContent(exchange.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", number % 3 == 0 ? "application/json; charset=UTF-8" : "application/json");
            request.Headers.TransferEncodingChunked = number % 2 == 0;
        }

        foreach (var (name, value) in exchange.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await client.SendAsync(request, CancellationToken.None);
        var body = await answer.Content.ReadAsByteArrayAsync();
        var headers = answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated)
            .SelectMany(header => header.Value.Select(value => $"{header.Key}: {value}"));
        return new((int)answer.StatusCode, [.. headers], body);
    }

    private async Task AnswerAsync(HttpContext context, ProviderCall call)
    {
        var number = int.Parse(call.Headers[NumberHeader], CultureInfo.InvariantCulture);
        var exchange = exchanges[number];
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        seen[number] = new(target, [.. context.Request.Headers.SelectMany(header => header.Value.Select(value => $"{header.Key}: {value}"))], call.Body);
        var response = context.Response;
        response.StatusCode = exchange.Status;
        foreach (var group in exchange.AnswerHeaders.GroupBy(header => header.Name, header => header.Value))
        {
            response.Headers[group.Key] = group.ToArray();
        }

        var content = exchange.ContentWithUsage is not null && Encoding.UTF8.GetString(call.Body).Contains("include_usage", StringComparison.Ordinal)
            ? exchange.ContentWithUsage
            : exchange.Content;
        response.ContentLength = exchange.HasLength ? content.Length : null;
        foreach (var piece in content.Chunk(exchange.PieceBytes))
        {
            await response.Body.WriteAsync(piece);
            await response.Body.FlushAsync();
        }
    }

    private sealed record Seen(string Target, IReadOnlyList<string> Headers, byte[] Body);

    private sealed record Received(int Status, IReadOnlyList<string> Headers, byte[] Body);
}
