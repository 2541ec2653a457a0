namespace Entourage.Application.Access;

/// <summary>What kind of thing a request touches.</summary>
public enum ResourceKind
{
    /// <summary>An organisation.</summary>
    Organisation,

    /// <summary>A team.</summary>
    Team,

    /// <summary>A task of a team.</summary>
    Task,

    /// <summary>An alert of a team.</summary>
    Alert,

    /// <summary>A webhook of a team.</summary>
    Webhook,

    /// <summary>A key.</summary>
    Key,

    // From here on: what belongs to one agent.

    /// <summary>An agent.</summary>
    Agent,

    /// <summary>A task that is given to an agent.</summary>
    AssignedTask,

    /// <summary>A session of an agent.</summary>
    Session,

    /// <summary>A reservation of a session.</summary>
    Reservation,

    /// <summary>What an agent asked of people.</summary>
    HumanRequest,
}

/// <summary>A thing that a request touches.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Id">Its id, where that is a UUID.</param>
/// <param name="Number">Its id, where that is a number.</param>
public readonly record struct Resource(ResourceKind Kind, Guid Id, long Number)
{
    /// <summary>What it is called where it is missing.</summary>
    public string Name => Kind switch
    {
        ResourceKind.AssignedTask => "task",
        ResourceKind.HumanRequest => "human request",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    /// <summary>Its id as callers know it.</summary>
    public object Key => Kind is ResourceKind.Task or ResourceKind.AssignedTask or ResourceKind.Session ? Number : Id;

    /// <summary>Whether it belongs to one agent, and not to a team or an organisation as a whole.</summary>
    public bool IsOfAgent => Kind >= ResourceKind.Agent;

    /// <summary>An organisation.</summary>
    public static Resource Organisation(Guid id) => new(ResourceKind.Organisation, id, 0);

    /// <summary>A team.</summary>
    public static Resource Team(Guid id) => new(ResourceKind.Team, id, 0);

    /// <summary>An agent.</summary>
    public static Resource Agent(Guid id) => new(ResourceKind.Agent, id, 0);

    /// <summary>A task, as all of its team may see it.</summary>
    public static Resource Task(long number) => new(ResourceKind.Task, default, number);

    /// <summary>A task, as its assignee works on it.</summary>
    public static Resource AssignedTask(long number) => new(ResourceKind.AssignedTask, default, number);

    /// <summary>A session.</summary>
    public static Resource Session(long number) => new(ResourceKind.Session, default, number);

    /// <summary>A reservation.</summary>
    public static Resource Reservation(Guid id) => new(ResourceKind.Reservation, id, 0);

    /// <summary>An alert.</summary>
    public static Resource Alert(Guid id) => new(ResourceKind.Alert, id, 0);

    /// <summary>A webhook.</summary>
    public static Resource Webhook(Guid id) => new(ResourceKind.Webhook, id, 0);

    /// <summary>What an agent asked of people.</summary>
    public static Resource HumanRequest(Guid id) => new(ResourceKind.HumanRequest, id, 0);

    /// <summary>A key.</summary>
    public static Resource ApiKey(Guid id) => new(ResourceKind.Key, id, 0);
}

/// <summary>Whose a thing is.</summary>
/// <param name="OrganisationId">The organisation; null for what belongs to none.</param>
/// <param name="TeamId">The team; null for what belongs to all of the organisation.</param>
/// <param name="AgentId">The agent; null for what belongs to all of the team.</param>
public sealed record ResourceOwner(Guid? OrganisationId, Guid? TeamId = null, Guid? AgentId = null)
{
    /// <summary>Whether it is in the organisation of somebody who is no admin.</summary>
    public bool SharesOrganisation(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return OrganisationId is { } organisation && organisation == caller.OrganisationId;
    }

    /// <summary>Whether it is in the team of somebody who is no admin.</summary>
    public bool SharesTeam(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return SharesOrganisation(caller) && TeamId is { } team && team == caller.TeamId;
    }

    /// <summary>Whether it belongs to the agent that somebody acts for.</summary>
    public bool SharesAgent(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return SharesTeam(caller) && AgentId is { } agent && agent == caller.AgentId;
    }
}
