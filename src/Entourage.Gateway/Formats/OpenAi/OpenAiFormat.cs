using System.Globalization;
using System.Text.Json;
using Entourage.Domain.Prices;

namespace Entourage.Gateway.Formats.OpenAi;

/// <summary>The API of OpenAI, and of the many servers that speak it.</summary>
/// <param name="limitsByMaxTokens">
/// Whether every chat request gets its limit as <c>max_tokens</c>. Many compatible servers ignore <c>max_completion_tokens</c>, and OpenAI's reasoning
/// models refuse <c>max_tokens</c>.
/// </param>
internal sealed class OpenAiFormat(bool limitsByMaxTokens = false) : IProviderFormat
{
    private static readonly string[] ChatLimits = ["max_completion_tokens", "max_tokens"];

    // Clients retry 408, 409, 429 and 5xx, so that a refusal that is final has none of these. Codex retries 402 and 403 as well, and shows the message of a 400.
    private static readonly Dictionary<RefusalReason, RefusalShape> Shapes = new()
    {
        [RefusalReason.Budget] = new(400, "insufficient_quota", "budget_exceeded"),
        [RefusalReason.Stopped] = new(400, "permission_error", "stopped"),
        [RefusalReason.Unauthenticated] = new(401, "authentication_error", "invalid_api_key"),
        [RefusalReason.Forbidden] = new(403, "permission_error", "forbidden"),
        [RefusalReason.NotFound] = new(404, "invalid_request_error", "not_found"),
        [RefusalReason.NoUpgrade] = new(426, "invalid_request_error", "no_websockets"),
        [RefusalReason.Invalid] = new(400, "invalid_request_error", "invalid_request"),
        [RefusalReason.TooLarge] = new(413, "invalid_request_error", "request_too_large"),
        [RefusalReason.TooMany] = new(429, "rate_limit_error", "rate_limit_exceeded"),
        [RefusalReason.Unavailable] = new(503, "server_error", "unavailable"),
    };

    /// <inheritdoc/>
    public Uri DefaultBaseUrl { get; } = new("https://api.openai.com/");

    /// <inheritdoc/>
    public IReadOnlyList<string> CredentialHeaders { get; } = ["Authorization", "api-key"];

    /// <inheritdoc/>
    public ProviderRoute? FindRoute(string method, string path) => (method, path) switch
    {
        ("POST", "v1/chat/completions") => new(OpenAiOperations.Chat, IsMetered: true),
        ("POST", "v1/responses") => new(OpenAiOperations.Responses, IsMetered: true),
        ("POST", "v1/embeddings") => new(OpenAiOperations.Embeddings, IsMetered: true),
        ("POST", "v1/completions") => new(OpenAiOperations.Completions, IsMetered: true),
        ("GET", "v1/models") => new("models", IsMetered: false),
        _ => null,
    };

    /// <inheritdoc/>
    public ModelRequest Read(ProviderRoute route, ReadOnlyMemory<byte> body) => OpenAiRequestReader.Read(route, body);

    /// <inheritdoc/>
    public long InputTokensAs(ModelRequest request, string model) =>
        request.InputTokens + ((long)request.Images * (OpenAiAttachments.ImageTokensOf(model) - OpenAiAttachments.ImageTokensOf(request.Model)));

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Rewrite(ModelRequest request, RequestChanges changes)
    {
        if (changes is { Model: null, MaxOutputTokens: null } && !request.WithholdsUsage && !AlwaysStatesLimit(request.Route.Operation))
        {
            return request.Body;
        }

        var body = JsonObjectIndex.OfBody(request.Body);
        var splice = new JsonSplice(request.Body);
        if (changes.Model is { } model && model != request.Model)
        {
            splice.Set(body, "model", JsonSplice.Quote(model));
        }

        foreach (var name in LimitsToWrite(request.Route.Operation, body, changes))
        {
            splice.Set(body, name, (changes.MaxOutputTokens ?? request.MaxOutputTokens!.Value).ToString(CultureInfo.InvariantCulture));
        }

        if (request.WithholdsUsage)
        {
            AskForUsage(body, splice);
        }

        return splice.Apply();
    }

    /// <inheritdoc/>
    public UsageMeter Meter(ModelRequest request, bool isStream) => new OpenAiMeter(request, isStream && request.WithholdsUsage);

    /// <inheritdoc/>
    public string SearchPriceOf(string model) => "openai-web-search";

    /// <summary>The tier of a name; null for none. What <c>scale</c> covers was paid for before, at the standard rates.</summary>
    public static string? TierOf(string? name) => name switch
    {
        "priority" => ServiceTier.Fast,
        "auto" or "default" or "scale" => ServiceTier.Standard,
        _ => name,
    };

    /// <inheritdoc/>
    public ProviderError Refuse(Refusal refusal) => Shapes[refusal.Reason].Write(json => WriteError(json, refusal));

    /// <inheritdoc/>
    public byte[] EndStream(ProviderRoute route, Refusal refusal)
    {
        if (route.Operation != OpenAiOperations.Responses)
        {
            return [.. "data: "u8, .. Refuse(refusal).Body, .. "\n\n"u8];
        }

        // Documented are the members of the event itself. Clients look for the error object.
        var shape = Shapes[refusal.Reason];
        var error = shape.Write(json =>
        {
            json.WriteString("type", "error");
            json.WriteString("code", shape.Code);
            json.WriteString("message", refusal.Message);
            json.WriteNull("param");
            WriteError(json, refusal);
        });
        return [.. "event: error\ndata: "u8, .. error.Body, .. "\n\n"u8];
    }

    private static void WriteError(Utf8JsonWriter json, Refusal refusal)
    {
        var shape = Shapes[refusal.Reason];
        json.WriteStartObject("error");
        json.WriteString("message", refusal.Message);
        json.WriteString("type", shape.Type);
        json.WriteNull("param");
        json.WriteString("code", shape.Code);
        json.WriteEndObject();
    }

    private bool AlwaysStatesLimit(string operation) =>
        operation == OpenAiOperations.Completions || (limitsByMaxTokens && operation == OpenAiOperations.Chat);

    private string[] LimitsToWrite(string operation, JsonObjectIndex body, RequestChanges changes)
    {
        switch (operation)
        {
            case OpenAiOperations.Completions:
                // Written even if nothing else changes, because the limit that counts without one is OpenAI's, and other servers have another.
                return changes.MaxOutputTokens is not null || !body.Has("max_tokens") ? ["max_tokens"] : [];
            case OpenAiOperations.Responses when changes.MaxOutputTokens is not null:
                return ["max_output_tokens"];
            case OpenAiOperations.Chat when changes.MaxOutputTokens is not null || limitsByMaxTokens:
                string[] stated = changes.MaxOutputTokens is null ? [] : [.. ChatLimits.Where(body.Has)];
                var isMissing = limitsByMaxTokens ? !body.Has("max_tokens") : stated.Length == 0;
                return isMissing ? [.. stated, limitsByMaxTokens ? "max_tokens" : "max_completion_tokens"] : stated;
            default:
                return [];
        }
    }

    private static void AskForUsage(JsonObjectIndex body, JsonSplice splice)
    {
        if (body.Object("stream_options") is { } options)
        {
            splice.Set(options, "include_usage", "true");
        }
        else
        {
            splice.Set(body, "stream_options", """{"include_usage":true}""");
        }
    }
}
