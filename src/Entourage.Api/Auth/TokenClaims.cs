using System.Buffers.Text;
using System.Text.Json;
using Entourage.Domain.Audit;
using Entourage.Domain.Organisations;

namespace Entourage.Api.Auth;

/// <summary>
/// The claims of a token, read strictly: a duplicate member, a wrong type or a value out of range makes the token invalid. The framework's
/// claims would flatten lists, accept duplicates and turn everything into text.
/// </summary>
/// <param name="ExpiresAt">When the token expires (UTC), to the second.</param>
/// <param name="Issuer">The issuer; null if absent.</param>
/// <param name="Subject">The subject, up to <see cref="AuditEntry.ActorSubjectLength"/> UTF-16 code units; null if absent.</param>
/// <param name="Name">The person's name, up to <see cref="Organisation.NameLength"/> UTF-16 code units; null if absent.</param>
/// <param name="Role">The role claim; null if it is absent, or neither a string nor a list of one.</param>
/// <param name="Team">The team claim; null if it is absent or not a UUID.</param>
internal sealed record TokenClaims(DateTimeOffset ExpiresAt, string? Issuer, string? Subject, string? Name, string? Role, Guid? Team)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    // The last second of DateTimeOffset.
    private static readonly decimal LastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>Reads the payload of a token. The caller has checked the signature.</summary>
    /// <param name="payload">The payload in Base64Url.</param>
    /// <param name="options">The names of the claims.</param>
    /// <returns>The claims; null if the payload is invalid.</returns>
    public static TokenClaims? Read(string payload, JwtOptions options)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(payload), Strict);
            return Read(document.RootElement, options);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            // Not Base64Url, not JSON, or not valid Unicode.
            return null;
        }
    }

    private static TokenClaims? Read(JsonElement payload, JwtOptions options)
    {
        var (issuer, subject, name) = (TextOf(payload, "iss"), TextOf(payload, "sub"), TextOf(payload, options.NameClaim));
        var isValid = TimeOf(payload, "nbf").IsValid && TimeOf(payload, "iat").IsValid
            && issuer.IsValid
            && subject is { IsValid: true, Value: null or { Length: <= AuditEntry.ActorSubjectLength } }
            && name is { IsValid: true, Value: null or { Length: <= Organisation.NameLength } };
        return isValid && TimeOf(payload, "exp").Value is { } expiresAt
            ? new(
                expiresAt,
                issuer.Value,
                subject.Value,
                name.Value,
                SingleTextOf(payload, options.RoleClaim),
                Guid.TryParse(SingleTextOf(payload, options.TeamClaim), out var team) ? team : null)
            : null;
    }

    /// <summary>Reads a string. Null counts as absent.</summary>
    private static (bool IsValid, string? Value) TextOf(JsonElement payload, string member) =>
        !payload.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null
            ? (true, null)
            : value.ValueKind == JsonValueKind.String ? (true, value.GetString()) : (false, null);

    /// <summary>Reads a string, or a list of one, which some authorities send. A longer list is ambiguous and gives no rights.</summary>
    private static string? SingleTextOf(JsonElement payload, string member) =>
        payload.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.GetArrayLength() == 1 && value[0].ValueKind == JsonValueKind.String ? value[0].GetString() : null
            : TextOf(payload, member).Value;

    /// <summary>Reads an instant in seconds since 1970, without the fraction.</summary>
    private static (bool IsValid, DateTimeOffset? Value) TimeOf(JsonElement payload, string member) =>
        !payload.TryGetProperty(member, out var value) ? (true, null)
        : value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var seconds) && seconds >= 0 && seconds <= LastSecond
            ? (true, DateTimeOffset.FromUnixTimeSeconds((long)seconds))
            : (false, null);
}
