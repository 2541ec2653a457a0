using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Application.Otlp;
using MediatR;

namespace Entourage.Gateway.Calls;

/// <summary>
/// Finds the session of a call: the one that it names, else one for the client's own conversation, else the agent's session for all its other calls. A
/// sub-agent of a client gets a session below that, so that the cap of a session holds for the whole tree.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class CallSessions(TimeProvider time)
{
    private const int MaxKept = 10_000;

    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(15);

    private readonly BoundedCache<(Guid AgentId, string Name), Kept> kept = new(MaxKept);

    /// <summary>Finds or opens the session of a call.</summary>
    /// <param name="mediator">Sends requests in the name of the caller.</param>
    /// <param name="origin">What the call says of its session.</param>
    /// <param name="agentId">The agent.</param>
    /// <param name="model">The model of the call.</param>
    /// <param name="isSpent">Whether the call was made already.</param>
    /// <param name="cancellationToken">Cancelled when the client disconnects.</param>
    public async Task<long> FindAsync(
        IMediator mediator, CallOrigin origin, Guid agentId, string model, bool isSpent, CancellationToken cancellationToken)
    {
        var session = origin.SessionId;
        foreach (var name in origin.Names)
        {
            session = await OpenAsync(name, session);
        }

        return session!.Value;

        async Task<long> OpenAsync(string name, long? parent)
        {
            var now = time.GetUtcNow();
            if (kept.TryGet((agentId, name), out var known))
            {
                if (!origin.MayIdle || now - known.LastCallAt < IdleLimit)
                {
                    known.LastCallAt = now;
                    return known.Id;
                }

                await mediator.Send(new EndSessionCommand(known.Id, Outcome: null, Error: null), cancellationToken);
            }

            var opened = await mediator.Send(
                new StartSourceSessionCommand(agentId, origin.TaskId, parent, name, model, now) { IsSpent = isSpent, Labels = origin.SessionLabels }, cancellationToken);
            kept.Set((agentId, name), new(opened.SessionId!.Value, now));
            return opened.SessionId.Value;
        }
    }

    /// <summary>The session of a call, if it is known without asking the store; null otherwise.</summary>
    public long? FindKnown(CallOrigin origin, Guid agentId) =>
        origin.Names is not [.., var name] ? origin.SessionId : kept.TryGet((agentId, name), out var known) ? known.Id : null;

    /// <summary>Forgets the sessions that the gateway opened for a call, because one has ended. The next call opens another.</summary>
    public void Forget(Guid agentId, CallOrigin origin)
    {
        foreach (var name in origin.Names)
        {
            kept.Remove((agentId, name));
        }
    }

    private sealed class Kept(long id, DateTimeOffset lastCallAt)
    {
        public long Id => id;

        public DateTimeOffset LastCallAt { get; set; } = lastCallAt;
    }
}
