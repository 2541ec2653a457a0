using System.Globalization;
using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Application.Otlp;
using Entourage.Gateway.Formats;
using MediatR;
using Microsoft.AspNetCore.Http;

namespace Entourage.Gateway.Calls;

/// <summary>
/// Finds the session of a call: the one that it names, else one for the client's own conversation, else the agent's session for all its other calls. A
/// sub-agent of a client gets a session below that of its conversation, so that the cap of a session holds for the whole tree.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class CallSessions(TimeProvider time)
{
    /// <summary>The header that names a session.</summary>
    public const string SessionHeader = "X-Entourage-Session";

    private const string TaskHeader = "X-Entourage-Task";
    private const string SubAgentHeader = "x-claude-code-agent-id";
    private const string ParentAgentHeader = "x-claude-code-parent-agent-id";
    private const string Prefix = "gateway";
    private const int MaxNameLength = 200;
    private const int MaxKept = 10_000;

    // Each names the client's conversation.
    private static readonly string[] ConversationHeaders = ["x-claude-code-session-id", "session_id", "session-id", "x-session-id", "conversation_id", "x-session-affinity"];

    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(15);

    private readonly BoundedCache<(Guid AgentId, string Name), Kept> kept = new(MaxKept);

    /// <summary>Finds or opens the session of a call.</summary>
    /// <param name="mediator">Sends requests in the name of the caller.</param>
    /// <param name="headers">The headers of the call.</param>
    /// <param name="agentId">The agent.</param>
    /// <param name="model">The model of the call.</param>
    /// <param name="cancellationToken">Cancelled when the client disconnects.</param>
    /// <exception cref="CallRefusedException">A header has no valid value.</exception>
    public async Task<CallSession> FindAsync(IMediator mediator, IHeaderDictionary headers, Guid agentId, string model, CancellationToken cancellationToken)
    {
        if (NumberOf(headers, SessionHeader) is { } named)
        {
            return new(named, Name: null);
        }

        var task = NumberOf(headers, TaskHeader);
        var conversation = ConversationHeaders.Select(header => TextOf(headers, header)).FirstOrDefault(text => text is not null);
        if (conversation is null)
        {
            return await OpenAsync(task is null ? Prefix : $"{Prefix}/task/{task}", parent: null, IdleLimit);
        }

        var whole = await OpenAsync($"{Prefix}/{conversation}", parent: null, idleLimit: null);
        if (TextOf(headers, SubAgentHeader) is not { } subAgent)
        {
            return whole;
        }

        var above = TextOf(headers, ParentAgentHeader) is { } parent && parent != subAgent
            ? await OpenAsync($"{Prefix}/{conversation}/{parent}", whole.Id, idleLimit: null)
            : whole;
        return await OpenAsync($"{Prefix}/{conversation}/{subAgent}", above.Id, idleLimit: null);

        async Task<CallSession> OpenAsync(string name, long? parent, TimeSpan? idleLimit)
        {
            var now = time.GetUtcNow();
            if (kept.TryGet((agentId, name), out var known))
            {
                if (idleLimit is null || now - known.LastCallAt < idleLimit)
                {
                    known.LastCallAt = now;
                    return new(known.Id, name);
                }

                await mediator.Send(new EndSessionCommand(known.Id, Outcome: null, Error: null), cancellationToken);
            }

            var opened = await mediator.Send(new StartSourceSessionCommand(agentId, task, parent, name, model, now), cancellationToken);
            kept.Set((agentId, name), new(opened.SessionId!.Value, now));
            return new(opened.SessionId.Value, name);
        }
    }

    /// <summary>Forgets a session that has ended, so that the next call opens another one.</summary>
    public void Forget(Guid agentId, CallSession session)
    {
        if (session.Name is { } name)
        {
            kept.Remove((agentId, name));
        }
    }

    private static long? NumberOf(IHeaderDictionary headers, string name)
    {
        if (TextOf(headers, name) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new CallRefusedException(new(RefusalReason.Invalid, $"The header {name} must be a number."));
    }

    private static string? TextOf(IHeaderDictionary headers, string name) =>
        headers[name] is [{ Length: > 0 } text] ? text.Length <= MaxNameLength
            ? text
            : throw new CallRefusedException(new(RefusalReason.Invalid, $"The header {name} may have at most {MaxNameLength} characters."))
        : null;

    private sealed class Kept(long id, DateTimeOffset lastCallAt)
    {
        public long Id => id;

        public DateTimeOffset LastCallAt { get; set; } = lastCallAt;
    }
}

/// <summary>The session of a call.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">The name that the gateway opened it for; null if the call named it.</param>
internal sealed record CallSession(long Id, string? Name);
