using Entourage.Application.Errors;
using Entourage.Application.Ledger;

namespace Entourage.Infrastructure.Observability;

/// <summary>What becomes of an entry of the ledger, as it is counted.</summary>
internal enum LedgerResult
{
    /// <summary>It is on disk.</summary>
    Written,

    /// <summary>It had been written before, under the same key.</summary>
    Replayed,

    /// <summary>A hard budget refused it.</summary>
    BudgetExceeded,

    /// <summary>It broke another rule: a pause, a session that has ended, an id that is unknown.</summary>
    Refused,

    /// <summary>Too many waited already, or the server was stopping.</summary>
    QueueFull,

    /// <summary>The store could not record it.</summary>
    Unavailable,

    /// <summary>A mistake of this program.</summary>
    Failed,
}

/// <summary>What entries of the ledger are counted as.</summary>
internal static class LedgerOutcomes
{
    /// <summary>What an outcome is counted as.</summary>
    public static LedgerResult ResultOf(LedgerOutcome outcome) => outcome switch
    {
        { Refusal: BudgetExceededException } => LedgerResult.BudgetExceeded,
        { Refusal: not null } => LedgerResult.Refused,
        { Replayed: true } => LedgerResult.Replayed,
        _ => LedgerResult.Written,
    };
}
