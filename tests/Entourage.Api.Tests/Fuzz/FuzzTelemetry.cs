using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Entourage.Api.Tests.Otlp;

namespace Entourage.Api.Tests.Fuzz;

/// <summary>Builds exports. The API description does not cover them because the format is OpenTelemetry's.</summary>
internal static partial class FuzzTelemetry
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    /// <summary>A body for a signal, with its content type and encoding.</summary>
    /// <param name="signal">The last segment of the path.</param>
    /// <param name="random">The source of choices.</param>
    /// <param name="pool">Values from earlier answers.</param>
    /// <param name="now">The server's time.</param>
    /// <param name="fault">The fault to build in; negative for none.</param>
    public static (string? ContentType, byte[] Body) Write(string signal, Random random, FuzzPool pool, DateTimeOffset now, int fault)
    {
        var text = ValidBody(signal, random, pool, now);
        return fault switch
        {
            < 0 => random.Next(10) == 0 ? (Protobuf, []) : (Json, Encoding.UTF8.GetBytes(text)),
            < 5 => (Json, Encoding.UTF8.GetBytes(Corrupt(text, random))),
            5 => (Protobuf, Noise(random)),
            6 => (Protobuf, Encoding.UTF8.GetBytes(text)),

            // Declared as compressed, and occasionally it is.
            7 => (Json, random.Next(2) == 0 ? Encoding.UTF8.GetBytes(text) : OtlpPayload.Gzip(Encoding.UTF8.GetBytes(text))[..^random.Next(1, 20)]),
            8 => (Json, Encoding.UTF8.GetBytes(text[..random.Next(text.Length)])),
            9 => (Json, Encoding.UTF8.GetBytes(FuzzValues.Nested(random.Next(2_000), random))),
            10 => (random.Next(2) == 0 ? null : "text/plain", Encoding.UTF8.GetBytes(text)),
            _ => (Json, Encoding.UTF8.GetBytes(FuzzValues.Bad(random))),
        };
    }

    private static string ValidBody(string signal, Random random, FuzzPool pool, DateTimeOffset now)
    {
        (string, object)[] resource = pool.Take("agents", random) is { } agent ? [("entourage.agent_id", agent)] : [];
        var session = $"s-{random.Next(20)}";
        var calls = random.Next(1, 5);
        return signal switch
        {
            OtlpPayload.Metrics => OtlpPayload.MetricsOf(resource, OtlpPayload.Counters(now.AddMinutes(-calls), now, session, calls, cumulative: random.Next(2) == 0)),
            OtlpPayload.Traces => OtlpPayload.SpansOf(resource, Spans().ToArray()),
            _ => OtlpPayload.LogsOf(resource, random.Next(3) == 0
                ? [OtlpPayload.ApiError(now, session, random.Next(9))]
                : [OtlpPayload.ApiRequest(now, session, $"r-{random.NextInt64()}", 0.01m, asText: random.Next(2) == 0)]),
        };

        IEnumerable<JsonObject> Spans() => Enumerable.Range(0, calls).Select(_ => OtlpPayload.Span(
            now,
            $"{random.NextInt64():x16}",
            [("gen_ai.operation.name", "chat"), ("gen_ai.conversation.id", session), ("gen_ai.usage.input_tokens", 100L), ("gen_ai.usage.cost", 0.25)]));
    }

    private static string Corrupt(string text, Random random)
    {
        var values = Value.Matches(text);
        var poisoned = values[random.Next(values.Count)];
        return string.Concat(text.AsSpan(0, poisoned.Index), FuzzValues.Bad(random), text.AsSpan(poisoned.Index + poisoned.Length));
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Matches the text or number after a colon.</summary>
    [GeneratedRegex("""(?<=:)("[^"]*"|[0-9.]+)""")]
    private static partial Regex Value { get; }
}
