using System.ComponentModel.DataAnnotations;

namespace Entourage.Infrastructure.Events;

/// <summary>How event streams are served. The configuration section is <c>Events</c>.</summary>
internal sealed class EventOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Events";

    /// <summary>How often the store is polled for events of other replicas while a team has a subscriber, in milliseconds.</summary>
    [Range(10, 60_000)]
    public int PollMilliseconds { get; set; } = 200;

    /// <summary>After how many seconds without an event a subscriber gets a heartbeat.</summary>
    [Range(1, 300)]
    public int HeartbeatSeconds { get; set; } = 15;

    /// <summary>How many bytes of a team's newest events are kept in memory for all its subscribers. A subscriber that falls behind reads the store.</summary>
    [Range(1_024, 1_073_741_824)]
    public int BufferBytes { get; set; } = 4_194_304;
}
