using System.Buffers.Text;
using System.Text.Json;
using Entourage.Domain.Audit;
using Entourage.Domain.Organisations;

namespace Entourage.Api.Auth;

/// <summary>
/// What the payload of a token says, read strictly: a member that is there twice, or of the wrong type, or outside of its range makes
/// the token invalid. The framework's claims would flatten lists, take one of two members and turn everything into text.
/// </summary>
/// <param name="ExpiresAt">When the token expires (UTC), to the second.</param>
/// <param name="Issuer">Who issued it; null where it does not say.</param>
/// <param name="Subject">Whom it is about, of at most <see cref="AuditEntry.ActorSubjectLength"/> UTF-16 code units; null where it does not say.</param>
/// <param name="Name">The person's name, of at most <see cref="Organisation.NameLength"/> UTF-16 code units; null where it does not say.</param>
/// <param name="Role">What the role's claim says; null where it is absent or neither a text nor a list of one.</param>
/// <param name="Team">The id that the team's claim says; null where it is absent or no id.</param>
internal sealed record TokenClaims(DateTimeOffset ExpiresAt, string? Issuer, string? Subject, string? Name, string? Role, Guid? Team)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    // The last second that there is a date for.
    private static readonly decimal LastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>Reads the payload of a token whose signature was checked.</summary>
    /// <param name="payload">The payload in Base64Url.</param>
    /// <param name="options">Which claims say what.</param>
    /// <returns>What it says; null for an invalid one.</returns>
    public static TokenClaims? Read(string payload, JwtOptions options)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(payload), Strict);
            return Read(document.RootElement, options);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            // No Base64Url, no JSON, or a text that is no Unicode.
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
                OnlyTextOf(payload, options.RoleClaim),
                Guid.TryParse(OnlyTextOf(payload, options.TeamClaim), out var team) ? team : null)
            : null;
    }

    /// <summary>A text; one that is null counts as absent.</summary>
    private static (bool IsValid, string? Value) TextOf(JsonElement payload, string member) =>
        !payload.TryGetProperty(member, out var value) || value.ValueKind == JsonValueKind.Null
            ? (true, null)
            : value.ValueKind == JsonValueKind.String ? (true, value.GetString()) : (false, null);

    /// <summary>A text, or the only text of a list: some authorities always send a list. A longer list is ambiguous and gives no rights.</summary>
    private static string? OnlyTextOf(JsonElement payload, string member) =>
        payload.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.GetArrayLength() == 1 && value[0].ValueKind == JsonValueKind.String ? value[0].GetString() : null
            : TextOf(payload, member).Value;

    /// <summary>An instant, in seconds from 1970 on; a fraction is cut off.</summary>
    private static (bool IsValid, DateTimeOffset? Value) TimeOf(JsonElement payload, string member) =>
        !payload.TryGetProperty(member, out var value) ? (true, null)
        : value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var seconds) && seconds >= 0 && seconds <= LastSecond
            ? (true, DateTimeOffset.FromUnixTimeSeconds((long)seconds))
            : (false, null);
}
