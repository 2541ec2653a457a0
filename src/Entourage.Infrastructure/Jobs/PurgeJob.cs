using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Deletes expired data: answers to idempotency keys, ended reservations, child tokens, events, webhook deliveries and commit markers.</summary>
internal sealed partial class PurgeJob(IServiceScopeFactory scopes, TimeProvider time, JobMetrics metrics, ILogger<PurgeJob> logger)
    : BackgroundService
{
    // The API promises to keep a key for at least 7 days.
    private static readonly TimeSpan AnswersKeptFor = TimeSpan.FromDays(8);

    // A usage can be this late and still name its reservation.
    private static readonly TimeSpan ReservationsKeptFor = UsageRecord.OldestBack + TimeSpan.FromDays(1);

    // Bounds how long a subscriber can be away and resume. For deliveries it is how long their log is kept.
    private static readonly TimeSpan EventsKeptFor = TimeSpan.FromDays(7);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // Small enough that usages barely wait for the transaction.
    private const int BatchSize = 1_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PurgeAsync(PurgeAnswersAsync, stoppingToken);
                await PurgeAsync(PurgeReservationsAsync, stoppingToken);
                await PurgeAsync(PurgeChildTokensAsync, stoppingToken);
                await PurgeAsync(PurgeEventsAsync, stoppingToken);
                await PurgeAsync(PurgeDeliveriesAsync, stoppingToken);
                await PurgeAsync(PurgeCountersAsync, stoppingToken);
                await PurgeAsync(PurgeMarkersAsync, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                metrics.Failed(Job.Purge);
                LogFailed(logger, exception);
            }
        }
    }

    private async Task PurgeAsync(Func<EntourageDb, CancellationToken, Task<int>> purgeBatchAsync, CancellationToken cancellationToken)
    {
        var purged = BatchSize;
        while (purged == BatchSize)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
            purged = await db.InTransactionAsync(inTransaction => purgeBatchAsync(db, inTransaction), cancellationToken);
        }
    }

    private Task<int> PurgeAnswersAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - AnswersKeptFor;
        return db.IdempotentAnswers
            .Where(answer => db.IdempotentAnswers
                .Where(old => old.CreatedAt < before)
                .OrderBy(old => old.CreatedAt)
                .Take(BatchSize)
                .Select(old => old.KeyHash)
                .Contains(answer.KeyHash))
            .ExecuteDeleteAsync(cancellationToken);
    }

    private Task<int> PurgeReservationsAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - ReservationsKeptFor;
        return db.Reservations
            .Where(reservation => db.Reservations
                .Where(old => old.EndedAt != null && old.EndedAt < before)
                .OrderBy(old => old.EndedAt)
                .Take(BatchSize)
                .Select(old => old.Id)
                .Contains(reservation.Id))
            .ExecuteDeleteAsync(cancellationToken);
    }

    private Task<int> PurgeChildTokensAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return db.ChildTokens
            .Where(token => db.ChildTokens
                .Where(old => old.ExpiresAt <= now)
                .OrderBy(old => old.ExpiresAt)
                .Take(BatchSize)
                .Select(old => old.TokenHash)
                .Contains(token.TokenHash))
            .ExecuteDeleteAsync(cancellationToken);
    }

    private Task<int> PurgeEventsAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        // Selects the oldest by sequence, so that OccurredAt needs no index.
        var before = time.GetUtcNow() - EventsKeptFor;
        return db.Events
            .Where(stored => stored.OccurredAt < before)
            // Keep events that an enabled webhook has not read yet.
            .Where(stored => !db.Webhooks.Any(webhook => webhook.TeamId == stored.TeamId && webhook.DisabledAt == null && webhook.EventPosition < stored.Sequence))
            .Where(stored => db.Events.OrderBy(old => old.Sequence).Take(BatchSize).Select(old => old.Sequence).Contains(stored.Sequence))
            .ExecuteDeleteAsync(cancellationToken);
    }

    private Task<int> PurgeDeliveriesAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - EventsKeptFor;
        return db.WebhookDeliveries
            .Where(delivery => db.WebhookDeliveries
                .Where(old => old.EndedAt != null && old.EndedAt < before)
                .OrderBy(old => old.EndedAt)
                .Take(BatchSize)
                .Select(old => old.Sequence)
                .Contains(delivery.Sequence))
            .ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Deletes the counters of past minutes and hours, in which no usage can count any more.</summary>
    private async Task<int> PurgeCountersAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var period in new[] { BudgetPeriod.Minute, BudgetPeriod.Hour })
        {
            var first = RuleWindows.FirstKept(period, now);
            await db.BudgetCounters
                .Where(counter => counter.Scope == BudgetScope.Rule && counter.Period == period && counter.Start > BudgetCalendar.Always && counter.Start < first)
                .ExecuteDeleteAsync(cancellationToken);
        }

        return 0;
    }

    private async Task<int> PurgeMarkersAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        if (db.Model.FindEntityType(typeof(CommitMarker)) is null)
        {
            return 0;
        }

        var before = time.GetUtcNow() - CommitMarker.KeptFor;
        var markers = db.Set<CommitMarker>();
        return await markers
            .Where(marker => markers
                .Where(old => old.CreatedAt < before)
                .OrderBy(old => old.CreatedAt)
                .Take(BatchSize)
                .Select(old => old.Id)
                .Contains(marker.Id))
            .ExecuteDeleteAsync(cancellationToken);
    }

    [LoggerMessage(2002, LogLevel.Warning, "Expired data could not be deleted. The job tries again in an hour")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
