using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Reservations;
using Entourage.Application.Sessions;
using Entourage.Application.Stops;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>Reserves money for a call that is about to be made, in every budget that applies or in none (rules 3 and 6).</summary>
/// <param name="SessionId">The session that spends it.</param>
/// <param name="EstimatedCostUsd">The amount (USD); null to reserve the maximum cost of the tokens.</param>
/// <param name="Model">The model of the call; the session's when null.</param>
/// <param name="InputTokens">The tokens of the whole prompt, cached ones included, without those in <paramref name="CacheWriteTokens"/>.</param>
/// <param name="MaxOutputTokens">The most output tokens that the call may produce.</param>
/// <param name="CacheWriteTokens">Further prompt tokens that may be written to the cache; null if the whole prompt may be.</param>
/// <param name="LongCacheWriteTokens">The part of the cache-write tokens that may have a lifetime of an hour; null if all of them may.</param>
/// <param name="TtlSeconds">The time to live, in seconds: 1 to 3,600; 300 when null.</param>
/// <param name="IdempotencyKey">The caller's key; null for none.</param>
public sealed record ReserveSpendCommand(
    long SessionId,
    Money? EstimatedCostUsd,
    string? Model,
    long? InputTokens,
    long? MaxOutputTokens,
    long? CacheWriteTokens,
    long? LongCacheWriteTokens,
    long? TtlSeconds,
    string? IdempotencyKey) : ILedgerCommand<ReservationResponse>, IIdempotentCommand
{
    /// <summary>The call's own labels by key, which add to those of the session or replace them; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init => field = RequestedLabels.Sort(value); }

    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(SessionId));

    /// <inheritdoc/>
    public string IdempotencyScope => $"sessions/{SessionId}/reservations";
}

internal sealed class ReserveSpendValidator : AbstractValidator<ReserveSpendCommand>
{
    public ReserveSpendValidator()
    {
        RuleFor(command => command.EstimatedCostUsd).Usd();
        When(IsOfTokens, () =>
        {
            RuleFor(command => command.EstimatedCostUsd).Null().WithMessage("Send either '{PropertyName}' or a model and token counts, not both.");
            RuleFor(command => command.InputTokens).NotNull().Tokens();
            RuleFor(command => command.MaxOutputTokens).NotNull().Tokens();
            RuleFor(command => command.CacheWriteTokens).Tokens();
            RuleFor(command => command.LongCacheWriteTokens).Tokens()
                .LessThanOrEqualTo(command => command.CacheWriteTokens ?? 0)
                .WithMessage("'{PropertyName}' must not exceed 'cache_write_tokens', which include them.")
                .OverridePropertyName("cache_write_1h_tokens");
            RuleFor(command => command.Model).OptionalLine(Agent.ModelLength);
        }).Otherwise(() => RuleFor(command => command.EstimatedCostUsd).NotNull());
        RuleFor(command => command.TtlSeconds).Ttl();
        RuleFor(command => command.Labels).Labels();
    }

    private static bool IsOfTokens(ReserveSpendCommand command) =>
        (command.Model, command.InputTokens, command.MaxOutputTokens, command.CacheWriteTokens, command.LongCacheWriteTokens)
            is not (null, null, null, null, null);
}

internal sealed class ReserveSpendHandler(IBudgetLedger ledger, IdempotentReplay replay, TimeProvider time)
    : IRequestHandler<ReserveSpendCommand, ReservationResponse>
{
    public async Task<ReservationResponse> Handle(ReserveSpendCommand request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var entry = new ReserveEntry(
            Guid.CreateVersion7(now),
            request.SessionId,
            new SpendEstimate(
                request.EstimatedCostUsd,
                request.Model,
                new(request.InputTokens ?? 0, request.MaxOutputTokens ?? 0, request.CacheWriteTokens, request.LongCacheWriteTokens)),
            TimeSpan.FromSeconds(request.TtlSeconds ?? Reservation.DefaultTtlSeconds),
            now,
            IdempotencyToken.Of(request))
        {
            Labels = RequestedLabels.ToSet(request.Labels),
        };
        return replay.Note(await ledger.WriteAsync(entry, cancellationToken));
    }
}

/// <summary>
/// Reserves an amount in every budget that applies until the reservation expires, or in none (rules 3 and 6). The reservation's id is generated before
/// the transaction, so that a repeated attempt is recognised.
/// </summary>
/// <param name="ReservationId">The id of the reservation.</param>
/// <param name="SessionId">The session that spends it.</param>
/// <param name="Estimate">The amount to reserve, or the tokens that determine it.</param>
/// <param name="Ttl">The time to live.</param>
/// <param name="Now">The current time (UTC).</param>
/// <param name="Idempotency">The caller's key; null for none.</param>
public sealed record ReserveEntry(
    Guid ReservationId, long SessionId, SpendEstimate Estimate, TimeSpan Ttl, DateTimeOffset Now, IdempotencyToken? Idempotency)
    : LedgerEntry<ReservationResponse>(Now, Idempotency)
{
    /// <summary>The call's own labels, which add to those of the session or replace them.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    internal override LedgerEntryKind Kind => LedgerEntryKind.Reserve;

    internal override long? NamedSession => SessionId;

    internal override IReadOnlyList<Budget> FurtherBudgets(LedgerSession session, LedgerWorkingSet workingSet) =>
        session.Labels.CanAdd(Labels) ? PolicyOf(session).BudgetsDuring(Now, Now + Ttl) : [];

    private BudgetPolicy PolicyOf(LedgerSession session) => session.Policy.ForCall(Estimate.Model ?? session.Model ?? "", Labels);

    internal override ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger) => ValueTask.FromResult(Decide(ledger));

    private LedgerOutcome Decide(LedgerTransaction ledger)
    {
        var workingSet = ledger.WorkingSet;
        var session = ledger.GetSession(SessionId);
        if (!session.State.IsActive)
        {
            throw new RuleViolationException("session-ended", $"Session {session.Id} has ended.");
        }

        _ = session.Labels.With(Labels);
        if (workingSet.FindPauseOf(session, Now) is { } paused)
        {
            return LedgerOutcome.Refused(PausedRefusal.Of(paused));
        }

        var (amount, isAssumed) = AmountOf(session, ledger);
        var reservation = new Reservation
        {
            Id = ReservationId,
            SessionId = session.Id,
            OrganisationId = session.Policy.OrganisationId,
            Amount = amount,
            Tokens = Estimate.Tokens.OfAllClasses,
            Model = Estimate.Model ?? session.Model ?? "",
            Labels = session.OwnLabelsOf(Labels),
            IsAssumed = isAssumed,
            CreatedAt = Now,
            ExpiresAt = Now + Ttl,
        };
        if (BudgetExceededException.OfReservation(workingSet.PositionOf(reservation.BudgetsOf(PolicyOf(session))), amount, reservation.Tokens) is { } refusal)
        {
            return LedgerOutcome.Refused(refusal);
        }

        workingSet.Add(reservation, session);
        return LedgerOutcome.Accepted(ReservationResponse.From(reservation, workingSet.PositionOf(PolicyOf(session).BudgetsAt(Now)), Now));
    }

    /// <summary>The amount to reserve, and whether it is the maximum cost of the tokens at the assumed rates.</summary>
    private (Money Amount, bool IsAssumed) AmountOf(LedgerSession session, LedgerTransaction ledger)
    {
        var (amount, named, tokens) = Estimate;
        ledger.Rules.EnsureAllowed(amount, nameof(ReserveSpendCommand.EstimatedCostUsd));
        var model = named ?? session.Model ?? "";
        var rates = CallRates.Find(session, ledger, model, Now, Now + Ttl);
        return amount is { } stated ? (stated, false)
            : rates is not null ? (rates.BoundOf(tokens), rates.AreAssumed)
            : throw new RuleViolationException(
                "unpriced-model",
                model.Length > 0
                    ? $"The model '{model}' has no price. Send 'estimated_cost_usd' instead of token counts."
                    : "Neither the request nor the session names a model. Send 'model', or 'estimated_cost_usd' instead of token counts.",
                "Model");
    }
}

/// <summary>The most that a call may cost.</summary>
/// <param name="Amount">The caller's estimate (USD); null to compute it from the tokens.</param>
/// <param name="Model">The model; the session's when null.</param>
/// <param name="Tokens">The most tokens that the call may use.</param>
public sealed record SpendEstimate(Money? Amount, string? Model = null, TokenBound Tokens = default);
