using Entourage.Application.Keys;
using Entourage.Domain.Access;

namespace Entourage.Api.Contracts;

/// <summary>A key to be issued.</summary>
/// <param name="Name">Required. What it is called.</param>
/// <param name="Role">Required. What its holder may do.</param>
/// <param name="TeamId">The team that it acts for: required of a lead's key, and of no other.</param>
/// <param name="AgentId">The agent that it acts for: required of an agent's key, and of no other.</param>
/// <param name="ExpiresAt">From when on it lets nobody in, ahead; never when absent.</param>
public sealed record CreateKeyRequest(string? Name, CallerRole? Role, Guid? TeamId = null, Guid? AgentId = null, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>The command.</summary>
    internal CreateKeyCommand ToCommand() => new(Name!, Role, TeamId, AgentId, ExpiresAt);
}
