using Entourage.Application.Abstractions;
using Entourage.Application.Behaviors;
using Entourage.Domain;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Reservations;

/// <summary>Sets money aside for a call that is about to be made: from every budget that applies, or from none (rules 3 and 6).</summary>
/// <param name="SessionId">The session that is to spend it.</param>
/// <param name="EstimatedCostUsd">How much (USD).</param>
/// <param name="TtlSeconds">How long it holds, in seconds: 1 to 3,600; 300 when null.</param>
/// <param name="IdempotencyKey">The caller's key, if any.</param>
public sealed record ReserveSpendCommand(long SessionId, Money? EstimatedCostUsd, long? TtlSeconds, string? IdempotencyKey)
    : ILedgerCommand<ReservationResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public string IdempotencyScope => $"sessions/{SessionId}/reservations";
}

internal sealed class ReserveSpendValidator : AbstractValidator<ReserveSpendCommand>
{
    public ReserveSpendValidator()
    {
        RuleFor(command => command.EstimatedCostUsd).NotNull().Usd();
        RuleFor(command => command.TtlSeconds).Ttl();
    }
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
            request.EstimatedCostUsd!.Value,
            TimeSpan.FromSeconds(request.TtlSeconds ?? Domain.Budgets.Reservation.DefaultTtlSeconds),
            now,
            IdempotencyToken.Of(request));
        return replay.Note(await ledger.WriteAsync(entry, cancellationToken));
    }
}
