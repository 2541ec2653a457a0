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

/// <summary>Maps ledger entries and outcomes to metric labels.</summary>
internal static class LedgerOutcomes
{
    /// <summary>The labels of the kinds of entry, by index.</summary>
    public static readonly IReadOnlyList<string> Kinds =
        ["usage", "reserve", "extend", "release", "end_session", "kill_session", "abandon_session", "pause", "resume", "reprice", "other"];

    /// <summary>Gets the index of an entry's kind in <see cref="Kinds"/>.</summary>
    public static int KindOf(LedgerEntry entry) => entry switch
    {
        UsageEntry => 0,
        ReserveEntry => 1,
        ExtendEntry => 2,
        ReleaseEntry => 3,
        EndSessionEntry => 4,
        KillSessionEntry => 5,
        AbandonEntry => 6,
        PauseEntry => 7,
        ResumeEntry => 8,
        RepriceEntry => 9,
        _ => 10,
    };

    /// <summary>Classifies an outcome.</summary>
    public static LedgerResult ResultOf(LedgerOutcome outcome) => outcome switch
    {
        { Refusal: BudgetExceededException } => LedgerResult.BudgetExceeded,
        { Refusal: not null } => LedgerResult.Refused,
        { Replayed: true } => LedgerResult.Replayed,
        _ => LedgerResult.Written,
    };
}
