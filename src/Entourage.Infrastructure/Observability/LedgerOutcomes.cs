using Entourage.Application.Errors;
using Entourage.Application.Ledger;

namespace Entourage.Infrastructure.Observability;

/// <summary>The outcome of a ledger entry, as a metric label.</summary>
internal enum LedgerResult
{
    /// <summary>The entry is on disk.</summary>
    Written,

    /// <summary>It was written before, under the same idempotency key.</summary>
    Replayed,

    /// <summary>A hard cap refused it.</summary>
    BudgetExceeded,

    /// <summary>Another rule refused it, such as a pause, an ended session or an unknown id.</summary>
    Refused,

    /// <summary>The queue was full, or the server was stopping.</summary>
    QueueFull,

    /// <summary>The store could not record it.</summary>
    Unavailable,

    /// <summary>A bug in Entourage.</summary>
    Failed,
}

/// <summary>Classifies the outcomes of ledger entries.</summary>
internal static class LedgerOutcomes
{
    /// <summary>Classifies an outcome.</summary>
    public static LedgerResult ResultOf(LedgerOutcome outcome) => outcome switch
    {
        { Refusal: BudgetExceededException } => LedgerResult.BudgetExceeded,
        { Refusal: not null } => LedgerResult.Refused,
        { Replayed: true } => LedgerResult.Replayed,
        _ => LedgerResult.Written,
    };
}
