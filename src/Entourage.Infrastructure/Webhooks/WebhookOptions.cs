using System.ComponentModel.DataAnnotations;

namespace Entourage.Infrastructure.Webhooks;

/// <summary>How messages are sent to webhooks: the configuration section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Webhooks";

    /// <summary>Whether messages may go to addresses of this machine and its network.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>How long a receiver may take to answer, in seconds.</summary>
    [Range(1, 60)]
    public int TimeoutSeconds { get; set; } = 10;

    /// <summary>How long to wait after the first try that failed, in seconds; twice as long after each further one, up to an hour.</summary>
    [Range(1, 3_600)]
    public int RetrySeconds { get; set; } = 5;

    /// <summary>How often the store is asked for what is to be sent, in milliseconds; what this process commits is seen to at once.</summary>
    [Range(50, 60_000)]
    public int PollMilliseconds { get; set; } = 1_000;
}
