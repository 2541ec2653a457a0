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
/// sub-agent of a client gets a session below that, so that the cap of a session holds for the whole tree.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class CallSessions(TimeProvider time)
{
    /// <summary>The header that names a session.</summary>
    public const string SessionHeader = "X-Entourage-Session";

    private const string TaskHeader = "X-Entourage-Task";

    // For calls without a conversation.
    private const string CommonName = "gateway";
    private const int MaxKept = 10_000;

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
        var (named, task) = (NumberOf(headers, SessionHeader), NumberOf(headers, TaskHeader));
        var names = Conversation.Read(headers);
        if (named is null && names.Count == 0)
        {
            names = [task is null ? CommonName : $"{CommonName}/task/{task}"];
            return new(await OpenAsync(names[0], parent: null, IdleLimit), names);
        }

        // A named session takes the place of the conversation, and the conversation's sub-agents are below it.
        string[] below = [.. named is null ? names : names.Skip(1)];
        var session = named;
        foreach (var name in below)
        {
            session = await OpenAsync(name, session, idleLimit: null);
        }

        return new(session!.Value, below);

        async Task<long> OpenAsync(string name, long? parent, TimeSpan? idleLimit)
        {
            var now = time.GetUtcNow();
            if (kept.TryGet((agentId, name), out var known))
            {
                if (idleLimit is null || now - known.LastCallAt < idleLimit)
                {
                    known.LastCallAt = now;
                    return known.Id;
                }

                await mediator.Send(new EndSessionCommand(known.Id, Outcome: null, Error: null), cancellationToken);
            }

            var opened = await mediator.Send(new StartSourceSessionCommand(agentId, task, parent, name, model, now), cancellationToken);
            kept.Set((agentId, name), new(opened.SessionId!.Value, now));
            return opened.SessionId.Value;
        }
    }

    /// <summary>Forgets the sessions that the gateway opened for a call, because one has ended. The next call opens another.</summary>
    public void Forget(Guid agentId, CallSession session)
    {
        foreach (var name in session.Names)
        {
            kept.Remove((agentId, name));
        }
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

    private sealed class Kept(long id, DateTimeOffset lastCallAt)
    {
        public long Id => id;

        public DateTimeOffset LastCallAt { get; set; } = lastCallAt;
    }
}

/// <summary>The session of a call.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Names">The names that the gateway opened it and those above it for; empty if the call named it.</param>
internal sealed record CallSession(long Id, IReadOnlyList<string> Names);
