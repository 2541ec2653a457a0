using System.ComponentModel.DataAnnotations;

namespace Entourage.Infrastructure.Events;

/// <summary>How watchers are told of events: the configuration section <c>Events</c>.</summary>
public sealed class EventOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Events";

    /// <summary>How often the store is asked for what other replicas did, while somebody watches, in milliseconds.</summary>
    [Range(10, 60_000)]
    public int PollMilliseconds { get; set; } = 200;

    /// <summary>After how long without an event a watcher gets a sign of life, in seconds.</summary>
    [Range(1, 300)]
    public int HeartbeatSeconds { get; set; } = 15;

    /// <summary>How much of a team's newest events is kept in memory for all of its watchers, in bytes; who falls behind it reads from the store.</summary>
    [Range(1_024, 1_073_741_824)]
    public int BufferBytes { get; set; } = 4_194_304;
}
