using System.Data;
using Entourage.Application.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Entourage.Infrastructure.Persistence;

/// <content>Runs transactions again after faults, and finds out whether a commit whose answer was lost took effect.</content>
internal sealed partial class SqlServerEntourageDb
{
    /// <summary>The message if the database stays away and nothing was recorded.</summary>
    public const string CannotWrite =
        "The database cannot be reached or cannot write at the moment. Nothing was recorded. Send the request again later.";

    private const string CommitLost = "The connection to the database was lost during the commit.";

    private const string CannotRead = "The database cannot be reached at the moment. Send the request again later.";

    // The marker of the transaction in progress, until it is written.
    private CommitMarker? unwritten;

    /// <inheritdoc/>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        if (unwritten is not { } marker)
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }

        // With the first changes of the transaction, so that it costs no round trip of its own.
        Add(marker);
        unwritten = null;
        return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken) - 1;
    }

    /// <inheritdoc/>
    public override Task<T> InSnapshotAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        WithoutInnerRetriesAsync(retried => ReadAsync(work, retried), cancellationToken);

    /// <inheritdoc/>
    protected override Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        WithoutInnerRetriesAsync(retried => WriteAsync(work, retried), cancellationToken);

    private async Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var patience = new RetryPatience(limit);
        var id = Guid.CreateVersion7();

        // The result of an attempt whose COMMIT was sent, while it is unknown whether it took effect.
        (bool Exists, T Result) unconfirmed = default;
        while (true)
        {
            Exception fault;
            try
            {
                await using var transaction = await BeginAsync(IsolationLevel.ReadCommitted, cancellationToken);
                if (unconfirmed.Exists)
                {
                    // The unique index makes this wait until the earlier transaction has ended.
                    if (!await TryMarkAsync(new(id, time.GetUtcNow()), cancellationToken))
                    {
                        return unconfirmed.Result;
                    }

                    unconfirmed = default;
                }
                else
                {
                    unwritten = new(id, time.GetUtcNow());
                }

                var result = await work(cancellationToken);
                if (unwritten is { } marker)
                {
                    await TryMarkAsync(marker, cancellationToken);
                }

                unconfirmed = (true, result);
                try
                {
                    await transaction.CommitAsync();
                    return result;
                }
                catch (Exception refused) when (!SqlServerFaults.LeavesOutcomeUnknown(refused, Database.GetDbConnection()))
                {
                    unconfirmed = default;
                    throw;
                }
            }
            catch (Exception exception) when (unconfirmed.Exists || SqlServerFaults.IsTransient(exception))
            {
                cancellationToken.ThrowIfCancellationRequested();
                fault = exception;
            }
            finally
            {
                unwritten = null;
            }

            if (!await patience.WaitAsync(cancellationToken))
            {
                throw unconfirmed.Exists
                    ? new StoreUnavailableException(CommitLost, fault, outcomeUnknown: true)
                    : new StoreUnavailableException(CannotWrite, fault);
            }

            LogRerun(logger, fault);
        }
    }

    private async Task<T> ReadAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var patience = new RetryPatience(limit);
        while (true)
        {
            try
            {
                // Never committed, because there is nothing to commit and a lost answer would not matter.
                await using var transaction = await BeginAsync(IsolationLevel.Snapshot, cancellationToken);
                return await work(cancellationToken);
            }
            catch (Exception exception) when (SqlServerFaults.IsTransient(exception))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!await patience.WaitAsync(cancellationToken))
                {
                    throw new StoreUnavailableException(CannotRead, exception);
                }
            }
        }
    }

    /// <summary>Writes the marker, outside the changes that the work may have left unsaved.</summary>
    /// <returns>False if a transaction with this marker was committed.</returns>
    private async Task<bool> TryMarkAsync(CommitMarker marker, CancellationToken cancellationToken)
    {
        unwritten = null;
        try
        {
            await Database.ExecuteSqlAsync($"INSERT INTO CommitMarkers (Id, CreatedAt) VALUES ({marker.Id}, {marker.CreatedAt})", cancellationToken);
            return true;
        }
        catch (Exception exception) when (SqlServerFaults.IsUniqueViolation(exception))
        {
            return false;
        }
    }

    // The level is always stated, because a pooled connection may keep that of its last transaction.
    private Task<Attempt> BeginAsync(IsolationLevel level, CancellationToken cancellationToken) =>
        BeginAsync(began => Database.BeginTransactionAsync(level, began), cancellationToken);

    /// <summary>Runs work inside the execution strategy, which then repeats no part of it. The caller decides what is run again.</summary>
    private Task<T> WithoutInnerRetriesAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        Database.CreateExecutionStrategy().ExecuteAsync(work, static (run, retried) => run(retried), cancellationToken);

    [LoggerMessage(2010, LogLevel.Warning, "A transaction is run again")]
    private static partial void LogRerun(ILogger logger, Exception exception);
}
