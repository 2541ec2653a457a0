using Entourage.Domain.Sessions;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Forgets answers to idempotency keys, reservations that have ended, expired child tokens, events and messages, once nobody can ask for them any more.</summary>
internal sealed partial class PurgeJob(IServiceScopeFactory scopes, TimeProvider time, JobMetrics metrics, ILogger<PurgeJob> logger)
    : BackgroundService
{
    // The contract keeps a key for 7 days at least.
    private static readonly TimeSpan AnswersKeptFor = TimeSpan.FromDays(8);

    // A usage may be reported, and name its reservation, as long as that.
    private static readonly TimeSpan ReservationsKeptFor = UsageRecord.OldestBack + TimeSpan.FromDays(1);
    // A watcher that was away longer has missed some. Of messages to webhooks it is the log.
    private static readonly TimeSpan EventsKeptFor = TimeSpan.FromDays(7);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // Few enough that usages hardly wait for the transaction.
    private const int PieceSize = 1_000;

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
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                metrics.Failed(Job.Purge);
                LogFailed(logger, exception);
            }
        }
    }

    private async Task PurgeAsync(Func<EntourageDb, CancellationToken, Task<int>> purgePieceAsync, CancellationToken cancellationToken)
    {
        var purged = PieceSize;
        while (purged == PieceSize)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
            purged = await db.InTransactionAsync(inTransaction => purgePieceAsync(db, inTransaction), cancellationToken);
        }
    }

    private Task<int> PurgeAnswersAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - AnswersKeptFor;
        return db.IdempotentAnswers
            .Where(answer => db.IdempotentAnswers
                .Where(old => old.CreatedAt < before)
                .OrderBy(old => old.CreatedAt)
                .Take(PieceSize)
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
                .Take(PieceSize)
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
                .Take(PieceSize)
                .Select(old => old.TokenHash)
                .Contains(token.TokenHash))
            .ExecuteDeleteAsync(cancellationToken);
    }

    private Task<int> PurgeEventsAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        // Of the oldest by their order, which needs no index of its own.
        var before = time.GetUtcNow() - EventsKeptFor;
        return db.Events
            .Where(told => told.OccurredAt < before)
            // A webhook has not been told of it yet.
            .Where(told => !db.Webhooks.Any(webhook => webhook.TeamId == told.TeamId && webhook.DisabledAt == null && webhook.EventPosition < told.Sequence))
            .Where(told => db.Events.OrderBy(old => old.Sequence).Take(PieceSize).Select(old => old.Sequence).Contains(told.Sequence))
            .ExecuteDeleteAsync(cancellationToken);
    }

    private Task<int> PurgeDeliveriesAsync(EntourageDb db, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - EventsKeptFor;
        return db.WebhookDeliveries
            .Where(delivery => db.WebhookDeliveries
                .Where(old => old.EndedAt != null && old.EndedAt < before)
                .OrderBy(old => old.EndedAt)
                .Take(PieceSize)
                .Select(old => old.Sequence)
                .Contains(delivery.Sequence))
            .ExecuteDeleteAsync(cancellationToken);
    }

    [LoggerMessage(2002, LogLevel.Warning, "Old idempotency keys, reservations, child tokens, events and messages could not be deleted; they are tried again in an hour")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
