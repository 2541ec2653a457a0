using Entourage.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Jobs;

/// <summary>Forgets answers to idempotency keys once nobody can expect them any more.</summary>
internal sealed partial class IdempotencyPurgeJob(IServiceScopeFactory scopes, TimeProvider time, ILogger<IdempotencyPurgeJob> logger) : BackgroundService
{
    // The contract keeps a key for 7 days at least.
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(8);
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
                while (await PurgeAsync(stoppingToken) == PieceSize)
                {
                    // There is more.
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(logger, exception);
            }
        }
    }

    private async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EntourageDb>();
        var before = time.GetUtcNow() - KeptFor;
        return await db.InTransactionAsync(
            inTransaction => db.IdempotentAnswers
                .Where(answer => db.IdempotentAnswers
                    .Where(old => old.CreatedAt < before)
                    .OrderBy(old => old.CreatedAt)
                    .Take(PieceSize)
                    .Select(old => old.KeyHash)
                    .Contains(answer.KeyHash))
                .ExecuteDeleteAsync(inTransaction),
            cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Old idempotency keys could not be deleted; they are tried again in an hour")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
