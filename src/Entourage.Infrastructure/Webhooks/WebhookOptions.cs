using System.ComponentModel.DataAnnotations;

namespace Entourage.Infrastructure.Webhooks;

/// <summary>How webhook deliveries are sent. The configuration section is <c>Webhooks</c>.</summary>
internal sealed class WebhookOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Webhooks";

    /// <summary>Whether webhooks may use addresses of this machine and its private network.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>The time that a receiver has to respond, in seconds.</summary>
    [Range(1, 60)]
    public int TimeoutSeconds { get; set; } = 10;

    /// <summary>The delay after the first failed attempt, in seconds. It doubles with each further one, up to an hour.</summary>
    [Range(1, 3_600)]
    public int RetrySeconds { get; set; } = 5;

    /// <summary>How often the store is polled for new events, in milliseconds. Commits of this process are handled at once.</summary>
    [Range(50, 60_000)]
    public int PollMilliseconds { get; set; } = 1_000;
}
