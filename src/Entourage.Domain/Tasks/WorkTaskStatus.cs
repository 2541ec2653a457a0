namespace Entourage.Domain.Tasks;

/// <summary>Where a task stands.</summary>
public enum WorkTaskStatus
{
    /// <summary>Not begun.</summary>
    Todo,

    /// <summary>Being worked on.</summary>
    InProgress,

    /// <summary>Waiting for a reviewer, who can send it back.</summary>
    InReview,

    /// <summary>Finished; what depends on it may start.</summary>
    Done,

    /// <summary>Given up.</summary>
    Cancelled,
}

/// <summary>How pressing a task is.</summary>
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

/// <summary>What kind of work a task is; decides which spending guideline applies.</summary>
public enum TaskType
{
    /// <summary>Anything else; the default. Has no guideline.</summary>
    Other,

    /// <summary>A typo or a configuration change.</summary>
    Config,

    /// <summary>A bug fix.</summary>
    Bugfix,

    /// <summary>A small feature.</summary>
    SmallFeature,

    /// <summary>A large feature.</summary>
    LargeFeature,

    /// <summary>A feature of unstated size; judged as a large one.</summary>
    Feature,

    /// <summary>Upkeep. Has no guideline.</summary>
    Chore,
}
