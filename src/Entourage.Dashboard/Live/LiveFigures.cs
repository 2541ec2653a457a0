namespace Entourage.Dashboard.Live;

/// <summary>How figures are kept up.</summary>
public enum LiveState
{
    /// <summary>Nothing was read yet.</summary>
    Opening,

    /// <summary>They are of now: what changes them is told, and read at once.</summary>
    Live,

    /// <summary>They were of now a moment ago. The store or its events cannot be read; that is tried again.</summary>
    Reconnecting,

    /// <summary>The same for so long that nobody should wait for it.</summary>
    Lost,
}

/// <summary>Figures, and how current they are.</summary>
/// <typeparam name="T">The figures.</typeparam>
/// <param name="Figures">What was read last; null while nothing was.</param>
/// <param name="ReadAt">When that was (UTC).</param>
/// <param name="State">How they are kept up.</param>
public sealed record LiveFigures<T>(T? Figures, DateTimeOffset? ReadAt, LiveState State)
    where T : class;
