using Entourage.Application.Keys;
using Entourage.Domain.Access;

namespace Entourage.Api.Contracts;

/// <summary>A new key.</summary>
/// <param name="Name">Required. The name of the key.</param>
/// <param name="Role">Required. The role of the key.</param>
/// <param name="TeamId">The team of a lead's key. Required for it, and not allowed for others.</param>
/// <param name="AgentId">The agent of an agent's key. Required for it, and not allowed for others.</param>
/// <param name="ExpiresAt">When the key expires, in the future; never if absent.</param>
public sealed record CreateKeyRequest(string? Name, CallerRole? Role, Guid? TeamId = null, Guid? AgentId = null, DateTimeOffset? ExpiresAt = null)
{
    internal CreateKeyCommand ToCommand() => new(Name!, Role, TeamId, AgentId, ExpiresAt);
}
