using Entourage.Application.Audit;
using Entourage.Application.Paging;
using Entourage.Domain.Audit;
using Microsoft.AspNetCore.Mvc;

namespace Entourage.Api.Contracts;

/// <summary>Which entries of the audit trail are asked for; all that is given must hold.</summary>
public sealed record AuditParameters
{
    /// <summary>Only what is this organisation's, its teams' included.</summary>
    [FromQuery(Name = "org_id")]
    public Guid? OrganisationId { get; init; }

    /// <summary>Only what is this team's.</summary>
    [FromQuery(Name = "team_id")]
    public Guid? TeamId { get; init; }

    /// <summary>Only this: team_settings_changed, price_set, paused and so on.</summary>
    [FromQuery(Name = "action")]
    public string? Action { get; init; }

    /// <summary>Only by this one: its name, the id of its key, or the subject of its token.</summary>
    [FromQuery(Name = "actor")]
    public string? Actor { get; init; }

    /// <summary>Only to this one: its id, or its kind and id (task:7).</summary>
    [FromQuery(Name = "subject")]
    public string? Subject { get; init; }

    /// <summary>Only from then on: a UTC date (2026-11-23) or an instant (2026-11-23T10:15:00Z).</summary>
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    /// <summary>Only up to then: a UTC date, that day included, or an instant, that one not.</summary>
    [FromQuery(Name = "to")]
    public string? To { get; init; }

    /// <summary>The same for the use case.</summary>
    internal ListAuditQuery ToQuery(PageRequest page) =>
        new(OrganisationId, TeamId, Listing.Member<AuditAction>("action", Action), Actor, Subject, From, To, page);
}
