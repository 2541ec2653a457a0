namespace Entourage.Application.Access;

/// <summary>The kinds of resource that a request can touch.</summary>
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

    /// <summary>A webhook of a team or an organisation.</summary>
    Webhook,

    /// <summary>A key.</summary>
    Key,

    /// <summary>A budget of a team or an organisation.</summary>
    Budget,

    // The kinds from here on belong to one agent.

    /// <summary>An agent.</summary>
    Agent,

    /// <summary>A task, for requests that only its assignee may send.</summary>
    AssignedTask,

    /// <summary>A session of an agent.</summary>
    Session,

    /// <summary>A reservation of a session.</summary>
    Reservation,

    /// <summary>A human request of an agent.</summary>
    HumanRequest,
}

/// <summary>The resource that a request touches.</summary>
/// <param name="Kind">The kind of resource.</param>
/// <param name="Id">The id of a resource with a UUID.</param>
/// <param name="Number">The id of a resource with a number.</param>
public readonly record struct Resource(ResourceKind Kind, Guid Id, long Number)
{
    /// <summary>The name of the kind in error messages.</summary>
    public string Name => Kind switch
    {
        ResourceKind.AssignedTask => "task",
        ResourceKind.HumanRequest => "human request",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The id as callers know it.</summary>
    public object Key => Kind is ResourceKind.Task or ResourceKind.AssignedTask or ResourceKind.Session or ResourceKind.Budget ? Number : Id;

    /// <summary>Whether the resource belongs to one agent rather than to a whole team or organisation.</summary>
    public bool IsOfAgent => Kind >= ResourceKind.Agent;

    /// <summary>An organisation.</summary>
    public static Resource Organisation(Guid id) => new(ResourceKind.Organisation, id, 0);

    /// <summary>A team.</summary>
    public static Resource Team(Guid id) => new(ResourceKind.Team, id, 0);

    /// <summary>An agent.</summary>
    public static Resource Agent(Guid id) => new(ResourceKind.Agent, id, 0);

    /// <summary>A task that its whole team may see.</summary>
    public static Resource Task(long number) => new(ResourceKind.Task, default, number);

    /// <summary>A task, for requests that only its assignee may send.</summary>
    public static Resource AssignedTask(long number) => new(ResourceKind.AssignedTask, default, number);

    /// <summary>A session.</summary>
    public static Resource Session(long number) => new(ResourceKind.Session, default, number);

    /// <summary>A budget that is a resource of its own.</summary>
    public static Resource Budget(long number) => new(ResourceKind.Budget, default, number);

    /// <summary>A reservation.</summary>
    public static Resource Reservation(Guid id) => new(ResourceKind.Reservation, id, 0);

    /// <summary>An alert.</summary>
    public static Resource Alert(Guid id) => new(ResourceKind.Alert, id, 0);

    /// <summary>A webhook.</summary>
    public static Resource Webhook(Guid id) => new(ResourceKind.Webhook, id, 0);

    /// <summary>A human request.</summary>
    public static Resource HumanRequest(Guid id) => new(ResourceKind.HumanRequest, id, 0);

    /// <summary>An API key.</summary>
    public static Resource ApiKey(Guid id) => new(ResourceKind.Key, id, 0);
}

/// <summary>The owner of a resource.</summary>
/// <param name="OrganisationId">The organisation; null if the resource belongs to none.</param>
/// <param name="TeamId">The team; null if the resource belongs to the whole organisation.</param>
/// <param name="AgentId">The agent; null if the resource belongs to the whole team.</param>
public sealed record ResourceOwner(Guid? OrganisationId, Guid? TeamId = null, Guid? AgentId = null)
{
    /// <summary>Whether the resource belongs to the organisation of a caller that is not an admin.</summary>
    public bool SharesOrganisation(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return OrganisationId is { } organisation && organisation == caller.OrganisationId;
    }

    /// <summary>Whether the resource belongs to the team of a caller that is not an admin.</summary>
    public bool SharesTeam(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return SharesOrganisation(caller) && TeamId is { } team && team == caller.TeamId;
    }

    /// <summary>Whether the resource belongs to the agent of a caller, in whatever team the agent was.</summary>
    public bool SharesAgent(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return SharesOrganisation(caller) && AgentId is { } agent && agent == caller.AgentId;
    }
}
