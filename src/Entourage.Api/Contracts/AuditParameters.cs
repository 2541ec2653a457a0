using Entourage.Api.Documentation;
using Entourage.Application.Audit;
using Entourage.Application.Paging;
using Entourage.Domain.Audit;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>The filter of a list of audit entries. An entry must match all given parameters.</summary>
public sealed record AuditParameters
{
    /// <summary>Only entries of this organisation and its teams.</summary>
    [FromQuery(Name = "org_id")]
    public Guid? OrganisationId { get; init; }

    /// <summary>Only entries of this team.</summary>
    [FromQuery(Name = "team_id")]
    public Guid? TeamId { get; init; }

    /// <summary>Only this action, such as team_settings_changed, price_set or paused.</summary>
    [FromQuery(Name = "action"), ValuesOf(typeof(AuditAction))]
    public string? Action { get; init; }

    /// <summary>Only by this actor: a name, the id of a key, or the subject of a token.</summary>
    [FromQuery(Name = "actor")]
    public string? Actor { get; init; }

    /// <summary>Only on this subject: its id, or its kind and id (task:7).</summary>
    [FromQuery(Name = "subject")]
    public string? Subject { get; init; }

    /// <summary>Only from this time on: a UTC date (2026-11-23) or an instant (2026-11-23T10:15:00Z).</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    /// <summary>Only up to this time: a UTC date (inclusive) or an instant (exclusive).</summary>
    [FromQuery(Name = "to")]
    public string? To { get; init; }

    internal ListAuditQuery ToQuery(PageRequest page) =>
        new(OrganisationId, TeamId, Listing.Member<AuditAction>("action", Action), Actor, Subject, From, To, page);
}
