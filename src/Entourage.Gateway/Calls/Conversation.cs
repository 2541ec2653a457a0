using Entourage.Gateway.Formats;
using Microsoft.AspNetCore.Http;

namespace Entourage.Gateway.Calls;

/// <summary>Reads which conversation of its client a call belongs to. Each client says so in headers of its own.</summary>
internal static class Conversation
{
    private const int MaxNameLength = 200;

    /// <summary>
    /// The names of the conversation and of the sub-agents within it, from the outermost to the one that makes the call; empty if the client names none.
    /// The telemetry of the same client uses the same names, so that both find the same sessions.
    /// </summary>
    /// <exception cref="CallRefusedException">A header is too long.</exception>
    public static IReadOnlyList<string> Read(IHeaderDictionary headers)
    {
        if (TextOf(headers, "x-claude-code-session-id") is { } claudeCode)
        {
            return Distinct(claudeCode, Within(TextOf(headers, "x-claude-code-parent-agent-id")), Within(TextOf(headers, "x-claude-code-agent-id")));
        }

        // opencode sends session-id to OpenAI as well.
        if (TextOf(headers, "x-session-id") is { } openCode)
        {
            return Distinct(TextOf(headers, "x-parent-session-id"), openCode);
        }

        return TextOf(headers, "session-id") is { } codex
            ? Distinct(codex, TextOf(headers, "x-codex-parent-thread-id"), TextOf(headers, "thread-id"))
            : [];

        string? Within(string? agent) => agent is null ? null : $"{claudeCode}\n{agent}";
    }

    /// <summary>A header; null if it is absent.</summary>
    /// <exception cref="CallRefusedException">It is too long.</exception>
    public static string? TextOf(IHeaderDictionary headers, string name) => headers[name] is not [{ Length: > 0 } text] ? null
        : text.Length <= MaxNameLength ? text
        : throw new CallRefusedException(new(RefusalReason.Invalid, $"The header {name} may have at most {MaxNameLength} characters."));

    private static string[] Distinct(params IEnumerable<string?> names) => [.. names.OfType<string>().Distinct(StringComparer.Ordinal)];
}
