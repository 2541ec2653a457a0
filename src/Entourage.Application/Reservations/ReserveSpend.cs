using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Agents;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Reservations;

/// <summary>Sets money aside for a call that is about to be made: from every budget that applies, or from none (rules 3 and 6).</summary>
/// <param name="SessionId">The session that is to spend it.</param>
/// <param name="EstimatedCostUsd">How much (USD); null where the price of the model is to say.</param>
/// <param name="Model">The model of the call; the session's when null.</param>
/// <param name="InputTokens">The tokens of the whole prompt, cached ones included, without those in <paramref name="CacheWriteTokens"/>.</param>
/// <param name="MaxOutputTokens">The most output tokens that it may have, where the price is to say.</param>
/// <param name="CacheWriteTokens">Further prompt tokens that may be written to the cache; null where any of the prompt may be.</param>
/// <param name="LongCacheWriteTokens">Those of the cache-write tokens that may be written for an hour; null where any of them may be.</param>
/// <param name="TtlSeconds">How long it holds, in seconds: 1 to 3,600; 300 when null.</param>
/// <param name="IdempotencyKey">The caller's key, if any.</param>
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
            RuleFor(command => command.EstimatedCostUsd).Null().WithMessage("Either the cost is estimated here, or it is the price of tokens.");
            RuleFor(command => command.InputTokens).NotNull().Tokens();
            RuleFor(command => command.MaxOutputTokens).NotNull().Tokens();
            RuleFor(command => command.CacheWriteTokens).Tokens();
            RuleFor(command => command.LongCacheWriteTokens).Tokens()
                .LessThanOrEqualTo(command => command.CacheWriteTokens ?? 0)
                .WithMessage("'{PropertyName}' are some of the cache-write tokens, and no more than these.")
                .OverridePropertyName("cache_write_1h_tokens");
            RuleFor(command => command.Model).OptionalLine(Agent.ModelLength);
        }).Otherwise(() => RuleFor(command => command.EstimatedCostUsd).NotNull());
        RuleFor(command => command.TtlSeconds).Ttl();
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
            TimeSpan.FromSeconds(request.TtlSeconds ?? Domain.Budgets.Reservation.DefaultTtlSeconds),
            now,
            IdempotencyToken.Of(request));
        return replay.Note(await ledger.WriteAsync(entry, cancellationToken));
    }
}
