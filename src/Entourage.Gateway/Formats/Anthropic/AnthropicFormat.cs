using System.Globalization;

namespace Entourage.Gateway.Formats.Anthropic;

/// <summary>The Messages API of Anthropic.</summary>
internal sealed class AnthropicFormat : IProviderFormat
{
    private const string Messages = "messages";

    // Claude Code adds "Please run /login" to 401 and 403, so a stop is not a matter of permission here.
    private static readonly Dictionary<RefusalReason, RefusalShape> Shapes = new()
    {
        [RefusalReason.Budget] = new(402, "billing_error"),
        [RefusalReason.Stopped] = new(400, "invalid_request_error"),
        [RefusalReason.Unauthenticated] = new(401, "authentication_error"),
        [RefusalReason.Forbidden] = new(403, "permission_error"),
        [RefusalReason.NotFound] = new(404, "not_found_error"),
        [RefusalReason.Invalid] = new(400, "invalid_request_error"),
        [RefusalReason.TooLarge] = new(413, "request_too_large"),
        [RefusalReason.TooMany] = new(429, "rate_limit_error"),
        [RefusalReason.Unavailable] = new(503, "api_error"),
    };

    /// <inheritdoc/>
    public Uri DefaultBaseUrl { get; } = new("https://api.anthropic.com/");

    /// <inheritdoc/>
    public IReadOnlyList<string> CredentialHeaders { get; } = ["x-api-key", "Authorization"];

    /// <inheritdoc/>
    public ProviderRoute? FindRoute(string method, string path) => (method, path) switch
    {
        ("POST", "v1/messages") => new(Messages, IsMetered: true),
        ("POST", "v1/messages/count_tokens") => new("count_tokens", IsMetered: false),
        ("GET", "v1/models") => new("models", IsMetered: false),
        ("HEAD", "") => new("root", IsMetered: false),
        _ => null,
    };

    /// <inheritdoc/>
    public ModelRequest Read(ProviderRoute route, ReadOnlyMemory<byte> body) => AnthropicRequestReader.Read(route, body);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Rewrite(ModelRequest request, RequestChanges changes)
    {
        if (changes is { Model: null, MaxOutputTokens: null })
        {
            return request.Body;
        }

        var body = JsonObjectIndex.OfBody(request.Body);
        var splice = new JsonSplice(request.Body);
        if (changes.Model is { } model && model != request.Model)
        {
            splice.Set(body, "model", JsonSplice.Quote(model));
        }

        if (changes.MaxOutputTokens is { } limit)
        {
            splice.Set(body, "max_tokens", limit.ToString(CultureInfo.InvariantCulture));
        }

        return splice.Apply();
    }

    /// <inheritdoc/>
    public UsageMeter Meter(ModelRequest request, bool isStream) => new AnthropicMeter();

    /// <inheritdoc/>
    public ProviderError Refuse(Refusal refusal)
    {
        var shape = Shapes[refusal.Reason];
        return shape.Write(json =>
        {
            json.WriteString("type", "error");
            json.WriteStartObject("error");
            json.WriteString("type", shape.Type);
            json.WriteString("message", refusal.Message);
            json.WriteEndObject();
        });
    }

    /// <inheritdoc/>
    public byte[] EndStream(ProviderRoute route, Refusal refusal) => [.. "event: error\ndata: "u8, .. Refuse(refusal).Body, .. "\n\n"u8];
}
