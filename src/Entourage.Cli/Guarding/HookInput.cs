using System.Text.Json;

namespace Entourage.Cli.Guarding;

/// <summary>The part of a Claude Code hook's standard input that the guard needs.</summary>
/// <param name="Event">The event, such as <c>PreToolUse</c>.</param>
/// <param name="SessionId">Claude Code's session id, or null.</param>
internal sealed record HookInput(string Event, string? SessionId)
{
    // Hooks get their input immediately. Do not wait for a caller without input.
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(1);
    private const int MaxInputLength = 1_048_576;

    /// <summary>Whether the run cannot be stopped at this event, so that the server need not be asked.</summary>
    public bool CannotStop => Event is "SessionEnd" or "Notification";

    /// <summary>Whether the agent stops at this event regardless of the answer.</summary>
    public bool StopsAnyway => Event is "Stop" or "SubagentStop";

    /// <summary>Reads standard input and returns null if it is not hook input.</summary>
    public static async Task<HookInput?> ReadAsync()
    {
        if (!Console.IsInputRedirected)
        {
            return null;
        }

        try
        {
            // On another thread, because reads of standard input block and cannot be cancelled.
            return Parse(await Task.Run(ReadInput).WaitAsync(ReadTimeout));
        }
        catch (Exception exception) when (exception is TimeoutException or IOException)
        {
            return null;
        }
    }

    /// <summary>Parses the members from input that may be cut off after them, because a tool's input can be a whole file.</summary>
    internal static HookInput? Parse(ReadOnlySpan<byte> input)
    {
        var (name, session) = (default(string), default(string));
        var reader = new Utf8JsonReader(input, isFinalBlock: false, default);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while ((name is null || session is null) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var member = reader.GetString();
                if (!reader.Read())
                {
                    break;
                }

                var text = member is "hook_event_name" or "session_id" && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                (name, session) = (member == "hook_event_name" ? text : name, member == "session_id" ? text : session);
                if (!reader.TrySkip())
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Keep the members before the fault.
        }

        return name is null ? null : new(name, session);
    }

    private static byte[] ReadInput()
    {
        using var input = Console.OpenStandardInput();
        using var read = new MemoryStream();
        var buffer = new byte[8_192];
        for (int count; read.Length < MaxInputLength && (count = input.Read(buffer)) > 0;)
        {
            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }
}
