using System.Globalization;

namespace Entourage.Domain.Audit;

/// <summary>What kind of thing was changed.</summary>
public enum AuditSubjectKind
{
    /// <summary>An organisation.</summary>
    Organisation,

    /// <summary>A team.</summary>
    Team,

    /// <summary>An agent.</summary>
    Agent,

    /// <summary>A task.</summary>
    Task,

    /// <summary>A session.</summary>
    Session,

    /// <summary>The price of a model; its id is the model's name.</summary>
    Price,

    /// <summary>Something that an agent asked a person for.</summary>
    HumanRequest,

    /// <summary>A webhook.</summary>
    Webhook,

    /// <summary>A key.</summary>
    Key,
}

/// <summary>What was changed, and whose that is.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Id">Which, as addresses name it.</param>
/// <param name="OrganisationId">The organisation that it belongs to; null for what is everybody's.</param>
/// <param name="TeamId">The team that it belongs to; null for what is not one team's.</param>
public sealed record AuditSubject(AuditSubjectKind Kind, string Id, Guid? OrganisationId, Guid? TeamId)
{
    /// <summary>Something of a team's, by its UUID.</summary>
    public static AuditSubject Of(AuditSubjectKind kind, Guid id, Guid? organisationId, Guid? teamId = null) =>
        new(kind, id.ToString(), organisationId, teamId);

    /// <summary>Something of a team's, by its number.</summary>
    public static AuditSubject Of(AuditSubjectKind kind, long id, Guid organisationId, Guid teamId) =>
        new(kind, id.ToString(CultureInfo.InvariantCulture), organisationId, teamId);
}
