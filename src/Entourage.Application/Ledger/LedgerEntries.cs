using Entourage.Application.Abstractions;
using Entourage.Application.Reservations;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Audit;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Stops;

namespace Entourage.Application.Ledger;

/// <summary>Something to be written into the ledger.</summary>
/// <param name="Now">The present (UTC).</param>
/// <param name="Idempotency">The caller's key, if it gave one.</param>
public abstract record LedgerEntry(DateTimeOffset Now, IdempotencyToken? Idempotency)
{
    /// <summary>The type of the answer.</summary>
    public abstract Type AnswerType { get; }
}

/// <summary>An entry with an answer.</summary>
/// <typeparam name="T">The answer.</typeparam>
/// <inheritdoc/>
public abstract record LedgerEntry<T>(DateTimeOffset Now, IdempotencyToken? Idempotency) : LedgerEntry(Now, Idempotency)
{
    /// <inheritdoc/>
    public override Type AnswerType => typeof(T);
}

/// <summary>A usage. Its id is made before the transaction, so that a repeated attempt is recognised.</summary>
/// <param name="RecordId">The id of the usage record to be.</param>
/// <param name="SessionId">The session that used it.</param>
/// <param name="Tokens">What it used, as a price sees it.</param>
/// <param name="ReportedCost">The cost (USD) as the caller states it; null when it does not know.</param>
/// <param name="Model">The model; the session's when null.</param>
/// <param name="ReservationId">The reservation that it commits; null for none.</param>
/// <param name="OccurredAt">When the money was spent (UTC); now when null.</param>
/// <param name="Error">The error of a failed call.</param>
/// <param name="Billing">How it is paid for.</param>
/// <param name="Now">The present (UTC).</param>
/// <param name="Idempotency">The caller's key, if it gave one.</param>
/// <param name="RequestModel">The model that was asked for, where another one answered: its price counts where the other has none.</param>
public sealed record UsageEntry(
    Guid RecordId,
    long SessionId,
    BilledTokens Tokens,
    Money? ReportedCost,
    string? Model,
    Guid? ReservationId,
    DateTimeOffset OccurredAt,
    string? Error,
    Billing Billing,
    DateTimeOffset Now,
    IdempotencyToken? Idempotency,
    string? RequestModel = null) : LedgerEntry<UsageResponse>(Now, Idempotency)
{
    /// <summary>What is known of it since it comes from telemetry; null for any other.</summary>
    public TelemetryFacts? Telemetry { get; init; }

    /// <summary>The entry of a record that corrects another: of the same session, model, time and billing.</summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="tokens">The tokens that it adds; less than zero where it takes some back.</param>
    /// <param name="model">The model; empty when nobody said.</param>
    /// <param name="occurredAt">When the corrected usage happened (UTC).</param>
    /// <param name="billing">How it is paid for.</param>
    /// <param name="now">The present (UTC).</param>
    public static UsageEntry OfCorrection(long sessionId, BilledTokens tokens, string model, DateTimeOffset occurredAt, Billing billing, DateTimeOffset now) => new(
        Guid.CreateVersion7(now),
        sessionId,
        tokens,
        ReportedCost: null,
        model,
        ReservationId: null,
        occurredAt,
        Error: null,
        billing,
        now,
        Idempotency: null);
}

/// <summary>
/// What telemetry adds to a usage. It reports a call in several forms and orders: a cost that is stated later corrects one that a price came to, and a
/// span that sums up others counts nothing.
/// </summary>
/// <param name="MayCostMore">Whether the stated cost may include more than the tokens.</param>
/// <param name="ToldAt">When it happened by its program's clock (UTC), where that is out of bounds and it counts as of its receipt; else null.</param>
/// <param name="Mistake">What of its attributes was left out, for a person; empty for nothing.</param>
/// <param name="Span">What its own span is known by; null for none.</param>
/// <param name="SpansAbove">What the spans are known by that include it.</param>
/// <param name="SpansBelow">What the spans without usage are known by that it includes: below one of them a usage may have been reported before.</param>
public sealed record TelemetryFacts(
    bool MayCostMore, DateTimeOffset? ToldAt, string Mistake, IdempotencyToken? Span, IReadOnlyList<IdempotencyToken> SpansAbove, IReadOnlyList<IdempotencyToken> SpansBelow);

/// <summary>A wish to set money aside. Its id is made before the transaction, so that a repeated attempt is recognised.</summary>
/// <param name="ReservationId">The id of the reservation to be.</param>
/// <param name="SessionId">The session that is to spend it.</param>
/// <param name="Estimate">How much.</param>
/// <param name="Ttl">How long it holds.</param>
/// <param name="Now">The present (UTC).</param>
/// <param name="Idempotency">The caller's key, if it gave one.</param>
public sealed record ReserveEntry(
    Guid ReservationId, long SessionId, SpendEstimate Estimate, TimeSpan Ttl, DateTimeOffset Now, IdempotencyToken? Idempotency)
    : LedgerEntry<ReservationResponse>(Now, Idempotency);

/// <summary>What a call may cost.</summary>
/// <param name="Amount">The caller's own estimate (USD); null where the price of the model is to say.</param>
/// <param name="Model">The model; the session's when null.</param>
/// <param name="Tokens">The most that it may use.</param>
public sealed record SpendEstimate(Money? Amount, string? Model = null, TokenBound Tokens = default);

/// <summary>A wish to hold a reservation for longer.</summary>
/// <param name="ReservationId">Which.</param>
/// <param name="Ttl">How long from now.</param>
/// <param name="Now">The present (UTC).</param>
/// <param name="Idempotency">The caller's key, if it gave one.</param>
public sealed record ExtendEntry(Guid ReservationId, TimeSpan Ttl, DateTimeOffset Now, IdempotencyToken? Idempotency)
    : LedgerEntry<ReservationResponse>(Now, Idempotency);

/// <summary>The return of a reservation; the answer is whether it held anything still. One that has ended stays as it is.</summary>
/// <param name="ReservationId">Which.</param>
/// <param name="Now">The present (UTC).</param>
public sealed record ReleaseEntry(Guid ReservationId, DateTimeOffset Now) : LedgerEntry<bool>(Now, null);

/// <summary>The end of a session and of its reservations. One that has ended stays as it is.</summary>
/// <param name="SessionId">Which.</param>
/// <param name="Failed">Whether an error ended it.</param>
/// <param name="Error">Which, if known.</param>
/// <param name="Now">The present (UTC).</param>
public sealed record EndSessionEntry(long SessionId, bool Failed, string? Error, DateTimeOffset Now) : LedgerEntry<SessionResponse>(Now, null);

/// <summary>
/// The end of a session against its agent's will, and of the sessions below it, with all their reservations. One that has ended
/// stays as it is.
/// </summary>
/// <param name="SessionId">Which.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who kills.</param>
/// <param name="Now">The present (UTC).</param>
public sealed record KillSessionEntry(long SessionId, string Reason, AuditActor By, DateTimeOffset Now) : LedgerEntry<SessionResponse>(Now, null);

/// <summary>
/// The end of an active session that has been silent for as long as its team waits. The answer is whether it was ended: one that was
/// heard of meanwhile, or that holds a reservation, or has an active one below it, goes on.
/// </summary>
/// <param name="SessionId">Which.</param>
/// <param name="IsTelemetrys">Whether telemetry opened it, which does not say when a program ends: then silence is its end, and no fault.</param>
/// <param name="Now">The present (UTC).</param>
public sealed record AbandonEntry(long SessionId, bool IsTelemetrys, DateTimeOffset Now) : LedgerEntry<bool>(Now, null);

/// <summary>Whom a pause stops, and where that belongs.</summary>
/// <param name="Scope">What it is.</param>
/// <param name="Id">Which.</param>
/// <param name="TeamId">Its team; null for an organisation.</param>
/// <param name="OrganisationId">Its organisation.</param>
public sealed record PauseSubject(PauseScope Scope, Guid Id, Guid? TeamId, Guid OrganisationId);

/// <summary>
/// The start of a pause, and the end of all reservations below it. The answer is the pause: where one is in force it goes on, for the new
/// reason and until the new end.
/// </summary>
/// <param name="Subject">Whom it stops.</param>
/// <param name="Reason">Why.</param>
/// <param name="ExpiresAt">When it runs out (UTC); null for never.</param>
/// <param name="By">Who pauses.</param>
/// <param name="Now">The present (UTC).</param>
public sealed record PauseEntry(PauseSubject Subject, string Reason, DateTimeOffset? ExpiresAt, AuditActor By, DateTimeOffset Now)
    : LedgerEntry<Pause>(Now, null);

/// <summary>The end of a pause. The answer is whether one was in force.</summary>
/// <param name="Subject">Who may go on.</param>
/// <param name="Reason">Why, if somebody says.</param>
/// <param name="By">Who resumes.</param>
/// <param name="Now">The present (UTC).</param>
public sealed record ResumeEntry(PauseSubject Subject, string? Reason, AuditActor By, DateTimeOffset Now) : LedgerEntry<bool>(Now, null);

/// <summary>
/// A wish to price a usage that waits for it, by a record that corrects it. The answer is whether that was done; nothing is when
/// it has been, or when there is no price still.
/// </summary>
/// <param name="SessionId">The session that used it.</param>
/// <param name="Sequence">The sequence of its record.</param>
/// <param name="Now">The present (UTC).</param>
public sealed record RepriceEntry(long SessionId, long Sequence, DateTimeOffset Now) : LedgerEntry<bool>(Now, null);
