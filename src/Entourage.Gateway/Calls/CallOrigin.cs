using System.Globalization;
using Entourage.Domain;
using Entourage.Domain.Labels;
using Entourage.Gateway.Formats;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

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

    /// <summary>The beginning of the headers with labels: <c>X-Entourage-Label-Customer: acme</c>.</summary>
    public const string LabelHeader = "X-Entourage-Label-";

    private const string TaskHeader = "X-Entourage-Task";

    // For calls without a conversation.
    private const string CommonName = "gateway";

    /// <summary>The origin of calls of which nothing is known.</summary>
    public static CallOrigin Unknown { get; } = new(null, null, [CommonName], MayIdle: true);

    /// <summary>The call's own labels.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    /// <summary>
    /// The labels of a session that the gateway opens for it. One conversation has the same labels, but calls without a conversation share a session.
    /// </summary>
    public LabelSet SessionLabels => MayIdle ? LabelSet.None : Labels;

    /// <summary>Reads the headers of a call.</summary>
    /// <exception cref="CallRefusedException">A header has no valid value.</exception>
    public static CallOrigin Read(IHeaderDictionary headers) => ReadSession(headers) with { Labels = ReadLabels(headers) };

    private static CallOrigin ReadSession(IHeaderDictionary headers)
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

    private static LabelSet ReadLabels(IHeaderDictionary headers)
    {
        var named = headers.Where(header => header.Key.StartsWith(LabelHeader, StringComparison.OrdinalIgnoreCase)).ToArray();
        try
        {
            return named.Length == 0 ? LabelSet.None : LabelSet.Of(named.Select(header => KeyValuePair.Create(header.Key[LabelHeader.Length..], ValueOf(header.Key, header.Value))));
        }
        catch (RuleViolationException violation)
        {
            throw new CallRefusedException(new(RefusalReason.Invalid, $"A header {LabelHeader}… is not valid. {violation.Message}"));
        }
    }

    private static string ValueOf(string name, StringValues values) => values is [{ } value]
        ? value
        : throw new CallRefusedException(new(RefusalReason.Invalid, $"The header {name} may be sent only once."));

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
