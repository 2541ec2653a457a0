namespace Entourage.Domain.Tasks;

/// <summary>The status of a task.</summary>
public enum WorkTaskStatus
{
    /// <summary>Not started.</summary>
    Todo,

    /// <summary>In progress.</summary>
    InProgress,

    /// <summary>Waiting for a reviewer, who can return it.</summary>
    InReview,

    /// <summary>Finished. Tasks that depend on it may start.</summary>
    Done,

    /// <summary>Cancelled before it was finished.</summary>
    Cancelled,
}

/// <summary>The priority of a task.</summary>
public enum TaskPriority
{
    /// <summary>Can wait.</summary>
    Low,

    /// <summary>The default.</summary>
    Medium,

    /// <summary>Soon.</summary>
    High,

    /// <summary>Now.</summary>
    Critical,
}

/// <summary>The kind of work of a task. It determines the spending guideline.</summary>
public enum TaskType
{
    /// <summary>Anything else; the default. It has no guideline.</summary>
    Other,

    /// <summary>A typo or a configuration change.</summary>
    Config,

    /// <summary>A bug fix.</summary>
    Bugfix,

    /// <summary>A small feature.</summary>
    SmallFeature,

    /// <summary>A large feature.</summary>
    LargeFeature,

    /// <summary>A feature of unstated size. The guideline for large features applies.</summary>
    Feature,

    /// <summary>Maintenance. It has no guideline.</summary>
    Chore,
}
