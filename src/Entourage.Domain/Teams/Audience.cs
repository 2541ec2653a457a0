namespace Entourage.Domain.Teams;

/// <summary>Whom alerts, events, webhooks and reports are for: the people of one team, or those of an organisation, who learn about all its teams.</summary>
/// <param name="OrganisationId">The organisation; null for a team.</param>
/// <param name="TeamId">The team; null for an organisation.</param>
public readonly record struct Audience(Guid? OrganisationId, Guid? TeamId)
{
    /// <summary>The people of a team.</summary>
    public static Audience OfTeam(Guid id) => new(null, id);

    /// <summary>The people of an organisation.</summary>
    public static Audience OfOrganisation(Guid id) => new(id, null);

    /// <summary>Whether it is a team.</summary>
    public bool IsTeam => TeamId is not null;

    /// <summary>The id of the team or organisation.</summary>
    public Guid Id => TeamId ?? OrganisationId ?? Guid.Empty;

    /// <summary>The audience, for messages.</summary>
    public override string ToString() => IsTeam ? $"team {Id}" : $"organisation {Id}";
}
