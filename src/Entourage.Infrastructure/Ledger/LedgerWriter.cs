using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Infrastructure.Events;
using Entourage.Infrastructure.Observability;
using Entourage.Infrastructure.Persistence;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// Writes entries in one transaction, and reruns it after a fault that permits this. If a commit was not confirmed, it first looks whether it succeeded,
/// so that nothing is counted twice (rule 13), and never says that nothing was recorded while it does not know.
/// </summary>
internal sealed partial class LedgerWriter(
    ILedgerTransactions store,
    PriceLists prices,
    BudgetRuleLists budgetRules,
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

    private readonly LedgerRules rules = new(usage.Value.ToBounds(), assumed.Value.ToRates());

    /// <summary>Writes entries to disk.</summary>
    /// <param name="turn">The transaction.</param>
    /// <param name="take">Returns the entries. Called when the transaction can begin, so that entries that arrive until then belong to it.</param>
    /// <returns>An outcome for each entry, in the same order.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot record the entries, or it is unknown whether it has.</exception>
    public async Task<IReadOnlyList<LedgerOutcome>> WriteAsync(LedgerTurn turn, Func<IReadOnlyList<LedgerEntry>> take)
    {
        IReadOnlyList<LedgerEntry>? entries = null;
        var unconfirmed = new Dictionary<Guid, LedgerTransactionResult>();
        var patience = new RetryPatience(TimeSpan.FromSeconds(options.Value.CommandTimeoutSeconds));
        LedgerTransactionResult? result = null;
        while (true)
        {
            var attemptBegan = TimeProvider.System.GetTimestamp();
            try
            {
                var committed = await store.WriteAsync(
                    turn,
                    async writes =>
                    {
                        result = await LedgerTransaction.DecideAsync(entries ??= take(), writes, prices, budgetRules, rules);
                        await result.SaveAsync(writes);
                    },
                    CancellationToken.None);
                result = committed is { } marker ? unconfirmed[marker] : result!;
                metrics.Committed(entries!, result.Outcomes, result.Records, TimeProvider.System.GetElapsedTime(attemptBegan));
                signal.Raise(result.TeamIds);
                return result.Outcomes;
            }
            catch (Exception exception) when (exception is UnconfirmedCommitException || unconfirmed.Count > 0 || store.ClassifyFault(exception) is not null)
            {
                if (exception is UnconfirmedCommitException)
                {
                    unconfirmed.Add(turn.Marker, result!);
                    turn.KeepUnconfirmed();
                }

                if (store.ClassifyFault(exception) == LedgerFault.Unavailable || !await patience.WaitAsync(CancellationToken.None))
                {
                    if (result is { IsRefusal: true } && unconfirmed.Values.All(attempt => attempt.IsRefusal))
                    {
                        // The refusals stand, although it was not counted that they were given.
                        metrics.Decided(entries!, result.Outcomes);
                        return result.Outcomes;
                    }

                    throw unconfirmed.Count == 0
                        ? new StoreUnavailableException(CannotWrite, exception)
                        : new StoreUnavailableException("The connection to the database was lost during the commit.", exception, outcomeUnknown: true);
                }

                LogRerun(logger, entries?.Count ?? 0, exception);
                metrics.Rerun();
            }
        }
    }

    [LoggerMessage(1003, LogLevel.Warning, "A transaction of {Count} entries is run again")]
    private static partial void LogRerun(ILogger logger, int count, Exception exception);
}
