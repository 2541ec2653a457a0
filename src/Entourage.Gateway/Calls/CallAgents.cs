using Entourage.Application.Abstractions;
using Entourage.Application.Agents;
using Entourage.Application.Errors;
using MediatR;

namespace Entourage.Gateway.Calls;

/// <summary>Finds the agents that callers of a server without keys name, and keeps them for some seconds, so that not every call asks the store.</summary>
/// <param name="time">The clock.</param>
/// <param name="outage">Whether the store is unavailable.</param>
internal sealed class CallAgents(TimeProvider time, StoreOutage outage)
{
    private const int MaxKept = 10_000;

    // How long a renamed agent is found by its old name.
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(5);

    private readonly BoundedCache<string, (Guid AgentId, DateTimeOffset Until)> kept = new(MaxKept);

    /// <summary>Finds an agent by its name or id.</summary>
    public async ValueTask<Guid> FindAsync(IMediator mediator, string nameOrId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var isKnown = kept.TryGet(nameOrId, out var known);
        if (isKnown && (now < known.Until || outage.IsOn))
        {
            return known.AgentId;
        }

        try
        {
            var agentId = await mediator.Send(new ResolveAgentQuery(nameOrId), cancellationToken);
            kept.Set(nameOrId, (agentId, now + Validity));
            return agentId;
        }
        catch (Exception exception) when (isKnown && outage.LetsCallsThrough && StoreFault.IsCauseOf(exception))
        {
            outage.Note();
            return known.AgentId;
        }
    }
}
