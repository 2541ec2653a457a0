namespace Entourage.Domain.Audit;

/// <summary>What was done. The names are stored, and never change their meaning.</summary>
public enum AuditAction
{
    /// <summary>A team's settings were changed.</summary>
    TeamSettingsChanged,

    /// <summary>An agent's settings were changed.</summary>
    AgentSettingsChanged,

    /// <summary>An organisation's settings were changed.</summary>
    OrganisationSettingsChanged,

    /// <summary>A task's own cap was set, lifted or raised.</summary>
    TaskCapChanged,

    /// <summary>A price was set.</summary>
    PriceSet,

    /// <summary>Work was paused, or a pause that is in force was given another reason or end.</summary>
    Paused,

    /// <summary>A pause was ended before its time.</summary>
    Resumed,

    /// <summary>A session was ended against its agent's will.</summary>
    SessionKilled,

    /// <summary>A person answered what an agent had asked, with money or without.</summary>
    HumanRequestAnswered,

    /// <summary>A webhook was made.</summary>
    WebhookCreated,

    /// <summary>A webhook was removed.</summary>
    WebhookDeleted,

    /// <summary>A key was made.</summary>
    KeyCreated,

    /// <summary>A key was revoked.</summary>
    KeyRevoked,
}
