using Entourage.Infrastructure.Events;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Webhooks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Jobs;

/// <summary>
/// Sends webhook deliveries, up to 128 at once and up to 4 for each webhook, so that a slow receiver does not delay the others.
/// </summary>
internal sealed partial class WebhookJob(
    WebhookOutbox outbox, WebhookSender sender, CommitSignal signal, JobMetrics metrics, IOptions<WebhookOptions> options, ILogger<WebhookJob> logger)
    : BackgroundService
{
    private const int MaxConcurrent = 128;
    private const int MaxConcurrentPerWebhook = 4;

    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(10);

    // Commits within this time are handled together.
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, int> active = [];
    private readonly HashSet<Task> sending = [];
    private long? countedAt;

    public override void Dispose()
    {
        wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        signal.Committed += OnCommit;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await RunAsync(stoppingToken);
                await Task.Delay(MinPause, TimeProvider.System, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await ((Task)wake.WaitAsync(TimeSpan.FromMilliseconds(options.Value.PollMilliseconds), stoppingToken))
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            signal.Committed -= OnCommit;
        }

        // The token has cancelled them. A delivery without a response is sent again when its claim expires.
        Task[] remaining;
        lock (gate)
        {
            remaining = [.. sending];
        }

        await Task.WhenAll(remaining);
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await outbox.FillAsync(stoppingToken))
            {
                await SendDueAsync(stoppingToken);
            }

            await SendDueAsync(stoppingToken);
            await CountAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process is stopping.
        }
        catch (Exception exception)
        {
            metrics.Failed(Job.SendWebhooks);
            LogFailed(logger, exception);
        }
    }

    private async Task CountAsync(CancellationToken stoppingToken)
    {
        if (countedAt is { } then && TimeProvider.System.GetElapsedTime(then) < CountEvery)
        {
            return;
        }

        await outbox.CountWaitingAsync(stoppingToken);
        countedAt = TimeProvider.System.GetTimestamp();
    }

    private async Task SendDueAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            Guid[] full;
            int free;
            lock (gate)
            {
                full = [.. active.Where(webhook => webhook.Value >= MaxConcurrentPerWebhook).Select(webhook => webhook.Key)];
                free = Math.Min(MaxConcurrentPerWebhook, MaxConcurrent - sending.Count);
            }

            // At most as many as one webhook may have, because all of them could belong to the same webhook.
            var claimed = free > 0 ? await outbox.ClaimAsync(free, full, stoppingToken) : [];
            if (claimed.Count == 0)
            {
                return;
            }

            foreach (var delivery in claimed)
            {
                Start(delivery, stoppingToken);
            }
        }
    }

    private void Start(ClaimedDelivery delivery, CancellationToken stoppingToken)
    {
        var webhookId = delivery.Delivery.WebhookId;
        lock (gate)
        {
            active[webhookId] = active.GetValueOrDefault(webhookId) + 1;
            var task = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            sending.Add(task.Task);
            _ = SendAsync(delivery, task, stoppingToken);
        }
    }

    private async Task SendAsync(ClaimedDelivery delivery, TaskCompletionSource ended, CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            var result = await sender.SendAsync(delivery.Url, delivery.Secret, delivery.Delivery, stoppingToken);
            await outbox.RecordAsync(delivery, result, CancellationToken.None);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // It is unknown whether the delivery arrived, so it is sent again.
        }
        catch (Exception exception)
        {
            metrics.Failed(Job.SendWebhooks);
            LogNotRecorded(logger, delivery.Delivery.Id, exception);
        }

        lock (gate)
        {
            if (--active[delivery.Delivery.WebhookId] == 0)
            {
                active.Remove(delivery.Delivery.WebhookId);
            }

            sending.Remove(ended.Task);
        }

        ended.SetResult();
        Wake();
    }

    private void OnCommit(Guid teamId)
    {
        if (outbox.HasWebhook(teamId))
        {
            Wake();
        }
    }

    private void Wake()
    {
        lock (gate)
        {
            if (wake.CurrentCount == 0)
            {
                wake.Release();
            }
        }
    }

    [LoggerMessage(2005, LogLevel.Warning, "Webhook deliveries could not be created or claimed. The job tries again")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2006, LogLevel.Warning, "The result of webhook delivery {DeliveryId} could not be recorded. The delivery is sent again")]
    private static partial void LogNotRecorded(ILogger logger, Guid deliveryId, Exception exception);
}
