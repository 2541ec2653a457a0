using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Entourage.Api.Contracts;

/// <summary>What Claude Code says to its hooks, as far as it matters here. Everything else is ignored.</summary>
/// <param name="Event">The event, such as <c>PreToolUse</c>; null where none is named.</param>
/// <param name="SessionId">Claude Code's own session; null where none is named.</param>
internal sealed record ClaudeCodeHookInput(string? Event, string? SessionId)
{
    /// <summary>How much of a body is looked at, in bytes. Both members come before the tool's input, which may be a whole file.</summary>
    public const int LookedAt = 131_072;

    private const long FirstLook = 1_024;

    // A hook that is refused blocks nothing, so large inputs are taken, and not kept.
    private const long LargestBody = 67_108_864;

    private static readonly JsonReaderOptions Lenient = new() { MaxDepth = 1_000 };

    /// <summary>Reads the members from the beginning of a body, and no more of it than that takes.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    /// <exception cref="BadHttpRequestException">It is too large.</exception>
    public static async Task<ClaudeCodeHookInput> ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = LargestBody;
        }

        var reader = context.Request.BodyReader;
        for (var next = FirstLook; ;)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var (consumed, length) = (result.Buffer.Start, result.Buffer.Length);
            try
            {
                // Looked at each time that it has doubled: a body that comes byte by byte costs no more than another.
                if (result.IsCompleted || length >= next)
                {
                    var found = Find(result.Buffer, result.IsCompleted);
                    if (result.IsCompleted || length >= LookedAt || found is { Event: not null, SessionId: not null })
                    {
                        consumed = result.Buffer.End;
                        return found;
                    }

                    next = Math.Min(length * 2, LookedAt);
                }
            }
            catch (JsonException)
            {
                consumed = result.Buffer.End;
                throw;
            }
            finally
            {
                // The rest is passed over by the server, so that the connection can be used again.
                reader.AdvanceTo(consumed, result.Buffer.End);
            }
        }
    }

    private static ClaudeCodeHookInput Find(ReadOnlySequence<byte> arrived, bool isWhole)
    {
        var (name, session) = (default(string), default(string));
        var reader = new Utf8JsonReader(arrived, isWhole, new JsonReaderState(Lenient));
        try
        {
            if (reader.Read() && reader.TokenType != JsonTokenType.StartObject)
            {
                throw Malformed();
            }

            while ((name is null || session is null) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isName = reader.ValueTextEquals("hook_event_name");
                var isSession = reader.ValueTextEquals("session_id");
                if (isName || isSession)
                {
                    if (!reader.Read())
                    {
                        break;
                    }

                    var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                    (name, session) = isName ? (text, session) : (name, text);
                }

                if (!reader.TrySkip())
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text with half a character.
            throw Malformed();
        }

        return new(name, session);
    }

    private static JsonException Malformed() => new("The body must be the JSON object that Claude Code gives its hooks.");
}
