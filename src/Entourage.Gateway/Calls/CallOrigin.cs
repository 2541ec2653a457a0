using System.Globalization;
using Entourage.Gateway.Formats;
using Microsoft.AspNetCore.Http;

namespace Entourage.Gateway.Calls;

/// <summary>What a call says of the session that it belongs to.</summary>
/// <param name="SessionId">The session that it names; null for none.</param>
/// <param name="TaskId">The task that it names; null for none.</param>
/// <param name="Names">
/// The names of the sessions that the gateway opens for it, from the outermost to the one that makes the call; empty if the call's own session makes it.
/// </param>
/// <param name="MayIdle">Whether the session ends after a time without calls, because nothing else tells when it ends.</param>
internal sealed record CallOrigin(long? SessionId, long? TaskId, IReadOnlyList<string> Names, bool MayIdle)
{
    /// <summary>The header that names a session.</summary>
    public const string SessionHeader = "X-Entourage-Session";

    private const string TaskHeader = "X-Entourage-Task";

    // For calls without a conversation.
    private const string CommonName = "gateway";

    /// <summary>The origin of calls of which nothing is known.</summary>
    public static CallOrigin Unknown { get; } = new(null, null, [CommonName], MayIdle: true);

    /// <summary>Reads the headers of a call.</summary>
    /// <exception cref="CallRefusedException">A header has no valid value.</exception>
    public static CallOrigin Read(IHeaderDictionary headers)
    {
        var (named, task) = (NumberOf(headers, SessionHeader), NumberOf(headers, TaskHeader));
        var names = Conversation.Read(headers);
        if (named is null && names.Count == 0)
        {
            return task is null ? Unknown : Unknown with { TaskId = task, Names = [$"{CommonName}/task/{task}"] };
        }

        // A named session takes the place of the conversation, and the conversation's sub-agents are below it.
        return new(named, task, named is null ? names : [.. names.Skip(1)], MayIdle: false);
    }

    private static long? NumberOf(IHeaderDictionary headers, string name)
    {
        if (Conversation.TextOf(headers, name) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new CallRefusedException(new(RefusalReason.Invalid, $"The header {name} must be a number."));
    }
}
