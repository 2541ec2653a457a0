using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Events;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// Writes entries in one transaction, and runs it again after a fault that permits it. A commit that was never confirmed is looked up first, so that
/// nothing counts twice (rule 13).
/// </summary>
internal sealed partial class LedgerWriter(
    ILedgerTransactions store,
    PriceLists prices,
    CommitSignal signal,
    LedgerMetrics metrics,
    IOptions<DatabaseOptions> options,
    IOptions<UsageOptions> usage,
    IOptions<PriceOptions> assumed,
    ILogger<LedgerWriter> logger)
{
    private const int MaxAttempts = 10;

    private readonly LedgerRules rules = new(usage.Value.ToBounds(), assumed.Value.ToRates());

    /// <summary>Writes entries.</summary>
    /// <returns>An outcome for each, in their order. They are on disk.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot record them, or it is unknown whether it has.</exception>
    public async Task<IReadOnlyList<LedgerOutcome>> WriteAsync(IReadOnlyList<LedgerEntry> entries)
    {
        LedgerTransactionResult? unconfirmed = null;
        var began = TimeProvider.System.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            LedgerTransactionResult? result = null;
            var attemptBegan = TimeProvider.System.GetTimestamp();
            try
            {
                await store.WriteAsync(
                    async writes => result = unconfirmed is not null && await WasWrittenAsync(entries, unconfirmed, writes)
                        ? unconfirmed
                        : await LedgerTransaction.RunAsync(entries, writes, prices, rules),
                    CancellationToken.None);
                metrics.Committed(entries, result!.Outcomes, result.Records, TimeProvider.System.GetElapsedTime(attemptBegan));
                signal.Raise(result.TeamIds);
                return result.Outcomes;
            }
            catch (Exception exception) when (store.ClassifyFault(exception) is var fault and not null)
            {
                if (fault == LedgerFault.Unknown && result is not null)
                {
                    unconfirmed = result;
                }

                var patienceIsOver = TimeProvider.System.GetElapsedTime(began).TotalSeconds >= options.Value.CommandTimeoutSeconds;
                if (fault == LedgerFault.Unavailable || attempt == MaxAttempts || patienceIsOver)
                {
                    throw unconfirmed is null
                        ? new StoreUnavailableException("The store cannot record anything at present. Nothing was recorded.", exception)
                        : new StoreUnavailableException("The store was lost while it recorded this.", exception, outcomeUnknown: true);
                }

                LogRerun(logger, entries.Count, exception);
                metrics.Rerun();
                await Task.Delay(TimeSpan.FromMilliseconds(20 * attempt), TimeProvider.System);
            }
        }
    }

    /// <summary>
    /// Whether a transaction whose commit was never confirmed was committed: then the row of its first entry that leaves one is there. A transaction
    /// without such an entry is run again, which changes nothing: ending what has ended leaves it as it is.
    /// </summary>
    private static async Task<bool> WasWrittenAsync(IReadOnlyList<LedgerEntry> entries, LedgerTransactionResult unconfirmed, ILedgerStore writes)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (unconfirmed.Outcomes[i] is { Replayed: false, Response: { } response } && entries[i].FindWrittenAsync(response, writes) is { } search)
            {
                return await search;
            }
        }

        return false;
    }

    [LoggerMessage(1003, LogLevel.Warning, "A transaction of {Count} entries is run again")]
    private static partial void LogRerun(ILogger logger, int count, Exception exception);
}
