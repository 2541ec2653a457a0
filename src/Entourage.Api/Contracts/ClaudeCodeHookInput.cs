using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Entourage.Api.Contracts;

/// <summary>The members of the input of a Claude Code hook that matter here. All others are ignored.</summary>
/// <param name="Event">The event, such as <c>PreToolUse</c>; null if absent.</param>
/// <param name="SessionId">Claude Code's session id; null if absent.</param>
internal sealed record ClaudeCodeHookInput(string? Event, string? SessionId)
{
    /// <summary>How much of a body is read, in bytes. Both members come before the tool's input, which may be a whole file.</summary>
    public const int MaxReadBytes = 131_072;

    private const long FirstReadBytes = 1_024;

    // A hook that fails does not block the agent, so large inputs are accepted and discarded.
    private const long MaxBodyBytes = 67_108_864;

    private static readonly JsonReaderOptions Lenient = new() { MaxDepth = 1_000 };

    /// <summary>Reads the members from the beginning of a body, and no more of it than needed.</summary>
    /// <exception cref="JsonException">The body is not a JSON object.</exception>
    /// <exception cref="BadHttpRequestException">The body is too large.</exception>
    public static async Task<ClaudeCodeHookInput> ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        var reader = context.Request.BodyReader;
        for (var next = FirstReadBytes; ;)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var (consumed, length) = (result.Buffer.Start, result.Buffer.Length);
            try
            {
                // Parsed only when it has doubled, so that a body that arrives byte by byte costs no more than others.
                if (result.IsCompleted || length >= next)
                {
                    var found = Find(result.Buffer, result.IsCompleted);
                    if (result.IsCompleted || length >= MaxReadBytes || found is { Event: not null, SessionId: not null })
                    {
                        consumed = result.Buffer.End;
                        return found;
                    }

                    next = Math.Min(length * 2, MaxReadBytes);
                }
            }
            catch (JsonException)
            {
                consumed = result.Buffer.End;
                throw;
            }
            finally
            {
                // Kestrel drains the rest, so that the connection can be reused.
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
            // InvalidOperationException: a string with an unpaired surrogate.
            throw Malformed();
        }

        return new(name, session);
    }

    private static JsonException Malformed() => new("The body must be the JSON object that Claude Code sends to its hooks.");
}
