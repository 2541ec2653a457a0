using Entourage.Infrastructure.Events;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Webhooks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Jobs;

/// <summary>
/// Sends messages to webhooks, as many at once as may be on their way. A receiver that is slow has its own few places, and holds up
/// nobody else's messages.
/// </summary>
internal sealed partial class WebhookJob(
    WebhookOutbox outbox, WebhookSender sender, CommitSignal signal, JobMetrics metrics, IOptions<WebhookOptions> options, ILogger<WebhookJob> logger)
    : BackgroundService
{
    private const int MaxConcurrent = 128;
    private const int MaxConcurrentPerWebhook = 4;

    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(10);

    // What is committed within it is seen to together.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, int> onTheirWay = [];
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
                await Task.Delay(ShortestPause, TimeProvider.System, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await ((Task)wake.WaitAsync(TimeSpan.FromMilliseconds(options.Value.PollMilliseconds), stoppingToken))
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            signal.Committed -= OnCommit;
        }

        // They are cancelled: what was not answered yet is sent again when its claim has run out.
        Task[] left;
        lock (gate)
        {
            left = [.. sending];
        }

        await Task.WhenAll(left);
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
            // The end.
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
            int places;
            lock (gate)
            {
                full = [.. onTheirWay.Where(webhook => webhook.Value >= MaxConcurrentPerWebhook).Select(webhook => webhook.Key)];
                places = Math.Min(MaxConcurrentPerWebhook, MaxConcurrent - sending.Count);
            }

            // No more at once than one webhook has places for: they may all be its.
            var claimed = places > 0 ? await outbox.ClaimAsync(places, full, stoppingToken) : [];
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
            onTheirWay[webhookId] = onTheirWay.GetValueOrDefault(webhookId) + 1;
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
            // Nobody knows whether it arrived: it is sent again.
        }
        catch (Exception exception)
        {
            metrics.Failed(Job.SendWebhooks);
            LogNotRecorded(logger, delivery.Delivery.Id, exception);
        }

        lock (gate)
        {
            if (--onTheirWay[delivery.Delivery.WebhookId] == 0)
            {
                onTheirWay.Remove(delivery.Delivery.WebhookId);
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

    [LoggerMessage(2005, LogLevel.Warning, "Messages to webhooks could not be made or claimed; that is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2006, LogLevel.Warning, "What became of message {DeliveryId} could not be recorded; it is sent again")]
    private static partial void LogNotRecorded(ILogger logger, Guid deliveryId, Exception exception);
}
