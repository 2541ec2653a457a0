namespace Entourage.Dashboard.Live;

/// <summary>How current the figures of a page are.</summary>
internal enum LiveState
{
    /// <summary>No figures were read yet, or their events are not followed yet.</summary>
    Opening,

    /// <summary>The figures are current. Events trigger the next read.</summary>
    Live,

    /// <summary>The figures were current until the store or its events could not be read. The view tries again.</summary>
    Reconnecting,

    /// <summary>The same for 30 seconds. The view still tries again.</summary>
    Lost,
}

/// <summary>The figures of a view and how current they are.</summary>
/// <param name="Figures">The figures of the last read; null before the first.</param>
/// <param name="ReadAt">When they were read (UTC).</param>
/// <param name="State">How current they are.</param>
internal sealed record LiveFigures<T>(T? Figures, DateTimeOffset? ReadAt, LiveState State)
    where T : class;
