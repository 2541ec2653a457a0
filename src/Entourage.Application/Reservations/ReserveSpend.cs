using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Domain;
using Entourage.Domain.Agents;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Reservations;

/// <summary>Sets money aside for a call that is about to be made: from every budget that applies, or from none (rules 3 and 6).</summary>
/// <param name="SessionId">The session that is to spend it.</param>
/// <param name="EstimatedCostUsd">How much (USD); null where the price of the model is to say.</param>
/// <param name="Model">The model of the call; the session's when null.</param>
/// <param name="InputTokens">The input tokens of the call, where the price is to say.</param>
/// <param name="MaxOutputTokens">The most output tokens that it may have, where the price is to say.</param>
/// <param name="TtlSeconds">How long it holds, in seconds: 1 to 3,600; 300 when null.</param>
/// <param name="IdempotencyKey">The caller's key, if any.</param>
public sealed record ReserveSpendCommand(
    long SessionId,
    Money? EstimatedCostUsd,
    string? Model,
    long? InputTokens,
    long? MaxOutputTokens,
    long? TtlSeconds,
    string? IdempotencyKey) : ILedgerCommand<ReservationResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Need Needs() => Need.Agent(Resource.Session(SessionId));

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
            RuleFor(command => command.Model).OptionalLine(Agent.ModelLength);
        }).Otherwise(() => RuleFor(command => command.EstimatedCostUsd).NotNull());
        RuleFor(command => command.TtlSeconds).Ttl();
    }

    private static bool IsOfTokens(ReserveSpendCommand command) => (command.Model, command.InputTokens, command.MaxOutputTokens) is not (null, null, null);
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
            new SpendEstimate(request.EstimatedCostUsd, request.Model, new TokenCounts(request.InputTokens ?? 0, request.MaxOutputTokens ?? 0)),
            TimeSpan.FromSeconds(request.TtlSeconds ?? Domain.Budgets.Reservation.DefaultTtlSeconds),
            now,
            IdempotencyToken.Of(request));
        return replay.Note(await ledger.WriteAsync(entry, cancellationToken));
    }
}
