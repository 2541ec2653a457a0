using Entourage.Api.Documentation;
using Entourage.Application.Alerts;
using Entourage.Domain.Alerts;
using Entourage.Domain.Teams;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>The query parameters of a list of alerts.</summary>
public sealed record AlertParameters
{
    /// <summary>Only alerts with this status: open, acknowledged or closed.</summary>
    [FromQuery(Name = "status"), ValuesOf(typeof(AlertStatus))]
    public string? Status { get; init; }

    /// <summary>Only alerts of this kind, such as runaway_tokens, threshold or red_flag.</summary>
    [FromQuery(Name = "kind"), ValuesOf(typeof(AlertKind))]
    public string? Kind { get; init; }

    /// <summary>Only alerts with exactly this cause.</summary>
    [FromQuery(Name = "cause")]
    public string? Cause { get; init; }

    /// <summary>Only alerts about this agent.</summary>
    [FromQuery(Name = "agent_id")]
    public Guid? AgentId { get; init; }

    /// <summary>Only alerts about this session.</summary>
    [FromQuery(Name = "session_id")]
    public long? SessionId { get; init; }

    internal ListAlertsQuery For(Audience audience, ListParameters list) => new(
        audience,
        Listing.Member<AlertStatus>("status", Status),
        new(Listing.Member<AlertKind>("kind", Kind), Cause, AgentId, SessionId),
        list.Page);
}
