using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Events;
using Entourage.Infrastructure.Observability;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// Writes entries in one transaction, and reruns it after a fault that permits this. It first checks whether an unconfirmed commit succeeded, so that
/// nothing is counted twice (rule 13).
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
    /// <summary>The message if nothing was recorded.</summary>
    public const string CannotWrite =
        "The database cannot write at the moment, for example because its disk is full. Nothing was recorded. Send the request again later.";

    private const int MaxAttempts = 10;

    private readonly LedgerRules rules = new(usage.Value.ToBounds(), assumed.Value.ToRates());

    /// <summary>Writes entries to disk.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="continues">Asked at the end: whether more entries wait.</param>
    /// <returns>An outcome for each entry, in the same order.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot record the entries, or it is unknown whether it has.</exception>
    public async Task<IReadOnlyList<LedgerOutcome>> WriteAsync(IReadOnlyList<LedgerEntry> entries, Func<bool> continues)
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
                    continues,
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

                var isTimeUp = TimeProvider.System.GetElapsedTime(began).TotalSeconds >= options.Value.CommandTimeoutSeconds;
                if (fault == LedgerFault.Unavailable || attempt == MaxAttempts || isTimeUp)
                {
                    throw unconfirmed is null
                        ? new StoreUnavailableException(CannotWrite, exception)
                        : new StoreUnavailableException("The connection to the database was lost during the commit.", exception, outcomeUnknown: true);
                }

                LogRerun(logger, entries.Count, exception);
                metrics.Rerun();
                await Task.Delay(TimeSpan.FromMilliseconds(20 * attempt), TimeProvider.System);
            }
        }
    }

    /// <summary>
    /// Checks whether an unconfirmed commit succeeded. It did if the row of the first entry that writes one exists. A transaction without such an entry is
    /// rerun, which is harmless, because its entries change nothing a second time.
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
