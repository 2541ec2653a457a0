using System.Globalization;

namespace Entourage.Domain.Audit;

/// <summary>The kind of subject that was changed.</summary>
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

    /// <summary>The price of a model. Its id is the model's name.</summary>
    Price,

    /// <summary>A human request.</summary>
    HumanRequest,

    /// <summary>A webhook.</summary>
    Webhook,

    /// <summary>A key.</summary>
    Key,

    /// <summary>A budget.</summary>
    Budget,
}

/// <summary>The subject of a change and its owner.</summary>
/// <param name="Kind">The kind of subject.</param>
/// <param name="Id">The id, as in the API's addresses.</param>
/// <param name="OrganisationId">The subject's organisation; null for a global subject.</param>
/// <param name="TeamId">The subject's team; null if it belongs to no team.</param>
public sealed record AuditSubject(AuditSubjectKind Kind, string Id, Guid? OrganisationId, Guid? TeamId)
{
    /// <summary>A subject that is identified by a UUID.</summary>
    public static AuditSubject Of(AuditSubjectKind kind, Guid id, Guid? organisationId, Guid? teamId = null) =>
        new(kind, id.ToString(), organisationId, teamId);

    /// <summary>A subject of a team that is identified by a number.</summary>
    public static AuditSubject Of(AuditSubjectKind kind, long id, Guid organisationId, Guid teamId) =>
        new(kind, id.ToString(CultureInfo.InvariantCulture), organisationId, teamId);
}
