using System.Globalization;
using Entourage.Domain.Prices;

namespace Entourage.Gateway.Formats.Gemini;

/// <summary>The Gemini API.</summary>
internal sealed class GeminiFormat : IProviderFormat
{
    private const string Models = "v1beta/models";
    private const string ModelPrefix = "models/";

    // Gemini CLI retries 429 and 5xx, so that only refusals that may be retried have these.
    private static readonly Dictionary<RefusalReason, RefusalShape> Shapes = new()
    {
        [RefusalReason.Budget] = new(402, "RESOURCE_EXHAUSTED"),
        [RefusalReason.Stopped] = new(403, "PERMISSION_DENIED"),
        [RefusalReason.Unauthenticated] = new(401, "UNAUTHENTICATED"),
        [RefusalReason.Forbidden] = new(403, "PERMISSION_DENIED"),
        [RefusalReason.NotFound] = new(404, "NOT_FOUND"),
        [RefusalReason.NoUpgrade] = new(426, "UNIMPLEMENTED"),
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
        if (changes is { Model: null, MaxOutputTokens: null })
        {
            return request.Body;
        }

        var (body, splice) = (JsonObjectIndex.OfBody(request.Body), new JsonSplice(request.Body));
        if (changes.Model is { } model && model != request.Model && body.Find("model") is { } named)
        {
            // The provider refuses a body that names another model than the path.
            splice.Replace(named, JsonSplice.Quote(ModelPrefix + model));
        }

        if (request.HasOutput && changes.MaxOutputTokens is { } limit)
        {
            SetLimit(body, splice, limit);
        }

        return splice.Apply();
    }

    private static void SetLimit(JsonObjectIndex body, JsonSplice splice, long limit)
    {
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
    }

    /// <inheritdoc/>
    public UsageMeter Meter(ModelRequest request, bool isStream) => new GeminiMeter();

    /// <inheritdoc/>
    public string SearchPriceOf(string model) => model.StartsWith("gemini-2", StringComparison.Ordinal) ? "google-web-search-2" : "google-web-search";

    /// <summary>The tier of a name, such as <c>flex</c> or <c>SERVICE_TIER_FLEX</c>; null for none.</summary>
    public static string? TierOf(string? name) => name?.Split('_')[^1].ToLowerInvariant() switch
    {
        "unspecified" => ServiceTier.Standard,
        var tier => tier,
    };

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
    // Not as an event: Gemini CLI takes an event without candidates for the end of a complete answer, and raises an error that is sent as it is.
    public byte[] EndStream(ProviderRoute route, Refusal refusal) => [.. Refuse(refusal).Body, .. "\n\n"u8];
}
