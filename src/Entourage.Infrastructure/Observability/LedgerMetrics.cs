using System.Diagnostics.Metrics;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Observability;

/// <summary>
/// Metrics of the ledger. The writer updates them once for each transaction, so that a call pays nothing for them.
/// </summary>
internal sealed class LedgerMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Entourage.Ledger";

    // A transaction has one entry for a lone caller, and at most Database:LedgerBatchSize.
    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] };

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15],
    };

    private readonly CounterGrid entries = new(("kind", Labels.Of<LedgerEntryKind>()), ("outcome", Labels.Of<LedgerResult>()));

    // Two parts, so that neither overflows 64 bits however much is spent.
    private readonly CounterGrid wholeUsd = new(("billing", Labels.Of<Billing>()), ("cost_source", Labels.Of<CostSource>()));
    private readonly CounterGrid nanoUsd = new(("billing", Labels.Of<Billing>()), ("cost_source", Labels.Of<CostSource>()));
    private readonly CounterGrid tokens = new(("type", ["input", "output", "cache_read", "cache_write"]));
    private readonly Meter meter;
    private readonly Histogram<int> size;
    private readonly Histogram<double> duration;
    private readonly Counter<long> reruns;

    public LedgerMetrics(IMeterFactory meters)
    {
        meter = meters.Create(MeterName);
        size = meter.CreateHistogram("entourage.ledger.batch.size", "{entry}", "Entries that shared a transaction.", advice: Sizes);
        duration = meter.CreateHistogram(
            "entourage.ledger.transaction.duration", "s", "Duration of a committed transaction, from its beginning until it was on disk.", advice: Durations);
        reruns = meter.CreateCounter<long>("entourage.ledger.reruns", "{transaction}", "Transactions that were rerun after a fault.");
        meter.CreateObservableCounter("entourage.ledger.entries", entries.Read, "{entry}", "Outcomes of the ledger's entries.");
        meter.CreateObservableCounter(
            "entourage.spend",
            () => wholeUsd.Read().Zip(
                nanoUsd.Read(), (whole, nanos) => new Measurement<double>(whole.Value + ((double)nanos.Value / Money.NanosPerUsd), whole.Tags)),
            "usd",
            "Cost of the usage that this process recorded.");
        meter.CreateObservableCounter("entourage.tokens", tokens.Read, "{token}", "Tokens of the usage that this process recorded.");
    }

    /// <summary>Publishes the length and the limit of the queue.</summary>
    public void ShowQueue(Func<int> waiting, int limit)
    {
        meter.CreateObservableUpDownCounter("entourage.ledger.queue.length", waiting, "{entry}", "Entries that wait for a transaction.");
        meter.CreateObservableUpDownCounter("entourage.ledger.queue.limit", () => limit, "{entry}", "Entries that can wait at most.");
    }

    /// <summary>Counts a committed transaction.</summary>
    /// <param name="batch">Its entries.</param>
    /// <param name="outcomes">The outcome of each entry.</param>
    /// <param name="records">The usages that it recorded.</param>
    /// <param name="took">The duration of the transaction.</param>
    public void Committed(
        IReadOnlyList<LedgerEntry> batch, IReadOnlyList<LedgerOutcome> outcomes, IReadOnlyCollection<LedgerRecord> records, TimeSpan took)
    {
        size.Record(batch.Count);
        duration.Record(took.TotalSeconds);
        Decided(batch, outcomes);
        var used = default(TokenCounts);
        foreach (var record in records)
        {
            // Both enums start at 1.
            var (billing, source) = ((int)record.Entry.Billing - 1, (int)record.CostSource - 1);
            if (record.Cost > Money.Zero)
            {
                // A counter must never decrease, so a correction that lowers a cost is left out.
                wholeUsd.Add(record.Cost.NanoUsd / Money.NanosPerUsd, billing, source);
                nanoUsd.Add(record.Cost.NanoUsd % Money.NanosPerUsd, billing, source);
            }

            if (record.Corrects is null)
            {
                used = TokenCounts.AddTotals(used, record.Entry.Tokens.Counts);
            }
        }

        tokens.Add(used.Input, 0);
        tokens.Add(used.Output, 1);
        tokens.Add(used.CacheRead, 2);
        tokens.Add(used.CacheWrite, 3);
    }

    /// <summary>Counts the outcomes of entries.</summary>
    public void Decided(IReadOnlyList<LedgerEntry> batch, IReadOnlyList<LedgerOutcome> outcomes)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            entries.Add(1, (int)batch[i].Kind, (int)LedgerOutcomes.ResultOf(outcomes[i]));
        }
    }

    /// <summary>Counts entries that were not written.</summary>
    public void Missed(IReadOnlyList<LedgerEntry> missed, LedgerResult why)
    {
        foreach (var entry in missed)
        {
            entries.Add(1, (int)entry.Kind, (int)why);
        }
    }

    /// <summary>Counts a rerun of a transaction.</summary>
    public void Rerun() => reruns.Add(1);
}
