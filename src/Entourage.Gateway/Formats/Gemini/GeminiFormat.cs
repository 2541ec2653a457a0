using System.Globalization;

namespace Entourage.Gateway.Formats.Gemini;

/// <summary>The Gemini API.</summary>
internal sealed class GeminiFormat : IProviderFormat
{
    private const string Models = "v1beta/models";

    // Gemini CLI retries 429 and 5xx, so that only refusals that may be retried have these.
    private static readonly Dictionary<RefusalReason, RefusalShape> Shapes = new()
    {
        [RefusalReason.Budget] = new(402, "RESOURCE_EXHAUSTED"),
        [RefusalReason.Stopped] = new(403, "PERMISSION_DENIED"),
        [RefusalReason.Unauthenticated] = new(401, "UNAUTHENTICATED"),
        [RefusalReason.Forbidden] = new(403, "PERMISSION_DENIED"),
        [RefusalReason.NotFound] = new(404, "NOT_FOUND"),
        [RefusalReason.Invalid] = new(400, "INVALID_ARGUMENT"),
        [RefusalReason.TooLarge] = new(413, "INVALID_ARGUMENT"),
        [RefusalReason.TooMany] = new(429, "RESOURCE_EXHAUSTED"),
        [RefusalReason.Unavailable] = new(503, "UNAVAILABLE"),
    };

    /// <inheritdoc/>
    public Uri DefaultBaseUrl { get; } = new("https://generativelanguage.googleapis.com/");

    /// <inheritdoc/>
    public IReadOnlyList<string> CredentialHeaders { get; } = ["x-goog-api-key", "Authorization"];

    /// <inheritdoc/>
    public ProviderRoute? FindRoute(string method, string path)
    {
        if (method == "GET" && path == Models)
        {
            return new("models", IsMetered: false);
        }

        if (method != "POST" || !path.StartsWith(Models + "/", StringComparison.Ordinal))
        {
            return null;
        }

        var call = path.AsSpan(Models.Length + 1);
        var colon = call.IndexOf(':');
        if (colon < 0 || !ModelNames.IsPathSegment(call[..colon]))
        {
            return null;
        }

        var model = call[..colon].ToString();
        return call[(colon + 1)..] switch
        {
            GeminiOperations.Generate => new(GeminiOperations.Generate, IsMetered: true, model),
            GeminiOperations.Stream => new(GeminiOperations.Stream, IsMetered: true, model),
            GeminiOperations.Embed => new(GeminiOperations.Embed, IsMetered: true, model),
            "countTokens" => new("countTokens", IsMetered: false, model),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public ModelRequest Read(ProviderRoute route, ReadOnlyMemory<byte> body) => GeminiRequestReader.Read(route, body);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Rewrite(ModelRequest request, RequestChanges changes)
    {
        if (!request.HasOutput || changes.MaxOutputTokens is not { } limit)
        {
            return request.Body;
        }

        var (body, splice) = (JsonObjectIndex.OfBody(request.Body), new JsonSplice(request.Body));
        var number = limit.ToString(CultureInfo.InvariantCulture);
        var generation = GeminiNames.Of(body, "generationConfig", "generation_config");
        if (body.Object(generation) is { } config)
        {
            splice.Set(config, GeminiNames.Of(config, "maxOutputTokens", "max_output_tokens"), number);
        }
        else
        {
            splice.Set(body, generation, $$"""{"maxOutputTokens":{{number}}}""");
        }

        return splice.Apply();
    }

    /// <inheritdoc/>
    public UsageMeter Meter(ModelRequest request, bool isStream) => new GeminiMeter();

    /// <inheritdoc/>
    public ProviderError Refuse(Refusal refusal)
    {
        var shape = Shapes[refusal.Reason];
        return shape.Write(json =>
        {
            json.WriteStartObject("error");
            json.WriteNumber("code", shape.Status);
            json.WriteString("message", refusal.Message);
            json.WriteString("status", shape.Type);
            json.WriteEndObject();
        });
    }

    /// <inheritdoc/>
    public byte[] EndStream(ProviderRoute route, Refusal refusal) => [.. "data: "u8, .. Refuse(refusal).Body, .. "\n\n"u8];
}
