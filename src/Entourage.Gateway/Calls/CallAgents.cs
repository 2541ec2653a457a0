using Entourage.Application.Abstractions;
using Entourage.Application.Agents;
using MediatR;

namespace Entourage.Gateway.Calls;

/// <summary>Finds the agents that callers of a server without keys name, and keeps them for some seconds, so that not every call asks the store.</summary>
/// <param name="time">The clock.</param>
internal sealed class CallAgents(TimeProvider time)
{
    private const int MaxKept = 10_000;

    // How long a renamed agent is found by its old name.
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(5);

    private readonly BoundedCache<string, (Guid AgentId, DateTimeOffset Until)> kept = new(MaxKept);

    /// <summary>Finds an agent by its name or id.</summary>
    public async ValueTask<Guid> FindAsync(IMediator mediator, string nameOrId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (kept.TryGet(nameOrId, out var known) && now < known.Until)
        {
            return known.AgentId;
        }

        var agentId = await mediator.Send(new ResolveAgentQuery(nameOrId), cancellationToken);
        kept.Set(nameOrId, (agentId, now + Validity));
        return agentId;
    }
}
