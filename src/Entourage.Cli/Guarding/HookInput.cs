using System.Text.Json;

namespace Entourage.Cli.Guarding;

/// <summary>What a hook of Claude Code says on standard input, as far as a guard needs it.</summary>
/// <param name="Event">The event, such as <c>PreToolUse</c>.</param>
/// <param name="SessionId">Claude Code's own session; null where none is named.</param>
internal sealed record HookInput(string Event, string? SessionId)
{
    // Hooks are given their input at once; who gives none is not waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private const int LargestInput = 1_048_576;

    /// <summary>Whether a run cannot be ended at this event, so that nobody needs to be asked.</summary>
    public bool IsOver => Event is "SessionEnd" or "Notification";

    /// <summary>Whether the agent stops at this event anyway.</summary>
    public bool IsStop => Event is "Stop" or "SubagentStop";

    /// <summary>Reads it; null where standard input holds no hook's input.</summary>
    public static async Task<HookInput?> ReadAsync()
    {
        if (!Console.IsInputRedirected)
        {
            return null;
        }

        try
        {
            // Blocking, on another thread: standard input cannot be read in any other way, nor a read be given up.
            return Parse(await Task.Run(ReadInput).WaitAsync(Patience));
        }
        catch (Exception exception) when (exception is TimeoutException or IOException)
        {
            return null;
        }
    }

    /// <summary>Finds the members in what was read, which may be cut off behind them: a tool's input can be a whole file.</summary>
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
            // What came before the fault is good.
        }

        return name is null ? null : new(name, session);
    }

    private static byte[] ReadInput()
    {
        using var input = Console.OpenStandardInput();
        using var read = new MemoryStream();
        var buffer = new byte[8_192];
        for (int count; read.Length < LargestInput && (count = input.Read(buffer)) > 0;)
        {
            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }
}
