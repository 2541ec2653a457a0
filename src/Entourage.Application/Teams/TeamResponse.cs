using AutoMapper;
using Entourage.Application.Agents;
using Entourage.Domain.Teams;

namespace Entourage.Application.Teams;

/// <summary>A team.</summary>
public record TeamResponse
{
    /// <summary>A version-7 UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>The organisation it belongs to.</summary>
    public required Guid OrgId { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>The name in addresses; unique in its organisation.</summary>
    public required string Slug { get; init; }

    /// <summary>The IANA time zone in which its days are counted.</summary>
    public required string Timezone { get; init; }

    /// <summary>Whether its agents may work.</summary>
    public required TeamStatus Status { get; init; }

    /// <summary>When it was made (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A team with its agents.</summary>
public sealed record TeamWithAgentsResponse : TeamResponse
{
    /// <summary>Its agents, by name; the first 200.</summary>
    public required IReadOnlyList<AgentResponse> Agents { get; init; }
}

internal sealed class TeamProfile : Profile
{
    public TeamProfile() =>
        CreateMap<Team, TeamResponse>().ForMember(response => response.OrgId, member => member.MapFrom(team => team.OrganisationId));
}
