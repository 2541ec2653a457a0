namespace Entourage.Domain.Audit;

/// <summary>The action that was audited. The names are stored and must never change meaning.</summary>
public enum AuditAction
{
    /// <summary>A team's settings were changed.</summary>
    TeamSettingsChanged,

    /// <summary>An agent's settings were changed.</summary>
    AgentSettingsChanged,

    /// <summary>An organisation's settings were changed.</summary>
    OrganisationSettingsChanged,

    /// <summary>A task's own cap was set, removed or raised.</summary>
    TaskCapChanged,

    /// <summary>A price was set.</summary>
    PriceSet,

    /// <summary>Work was paused, or the reason or expiry of a pause was replaced.</summary>
    Paused,

    /// <summary>A pause was ended before it expired.</summary>
    Resumed,

    /// <summary>A session was killed.</summary>
    SessionKilled,

    /// <summary>A person answered a human request, with or without a grant.</summary>
    HumanRequestAnswered,

    /// <summary>A webhook was created.</summary>
    WebhookCreated,

    /// <summary>A webhook was deleted.</summary>
    WebhookDeleted,

    /// <summary>A key was created.</summary>
    KeyCreated,

    /// <summary>A key was revoked.</summary>
    KeyRevoked,

    /// <summary>An agent, a team or an organisation was archived.</summary>
    Archived,

    /// <summary>An agent, a team or an organisation was restored from the archive.</summary>
    Restored,

    /// <summary>An agent was moved to another team.</summary>
    AgentMoved,

    /// <summary>A budget was created.</summary>
    BudgetCreated,

    /// <summary>A budget was changed.</summary>
    BudgetChanged,

    /// <summary>A budget was deleted.</summary>
    BudgetDeleted,
}
