using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Stops;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>
/// Reserves the most that a call through the gateway can cost. If that does not fit, the call's output limit is lowered to what fits. The reservation is
/// held until the call is settled.
/// </summary>
/// <param name="SessionId">The session that makes the call.</param>
/// <param name="Model">The model of the call.</param>
/// <param name="InputTokens">The most input tokens that it can use.</param>
/// <param name="MaxOutputTokens">The most output tokens of each choice; 0 if it generates none.</param>
/// <param name="LeastOutputTokens">The smallest output limit with which the call is worth making.</param>
/// <param name="Choices">How many choices it generates.</param>
/// <param name="Billing">Whether the call is billed by the token. A call that a subscription covers reserves nothing.</param>
/// <param name="TtlSeconds">When it is charged in full unless it was settled, in seconds from now: 1 to 3,600.</param>
public sealed record ReserveCallCommand(
    long SessionId, string Model, long InputTokens, long MaxOutputTokens, long LeastOutputTokens, int Choices, Billing Billing, int TtlSeconds)
    : ILedgerCommand<ReservedCall>
{
    /// <summary>The service tier that it asks for; null for the standard one.</summary>
    public string? Tier { get; init; }

    /// <summary>The searches that the provider may run for it and bill apart; null for none.</summary>
    public ServerSearches? Searches { get; init; }

    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(SessionId));
}

internal sealed class ReserveCallValidator : AbstractValidator<ReserveCallCommand>
{
    private const int MaxChoices = 1_000;

    public ReserveCallValidator()
    {
        RuleFor(command => command.Model).NotNull().OptionalLine(Agent.ModelLength);
        RuleFor(command => (long?)command.InputTokens).Tokens();
        RuleFor(command => (long?)command.MaxOutputTokens).Tokens();
        RuleFor(command => command.LeastOutputTokens).GreaterThanOrEqualTo(0);
        RuleFor(command => command.Choices).InclusiveBetween(1, MaxChoices);
        RuleFor(command => command.Tier).OptionalLine(Agent.ModelLength);
        RuleFor(command => (long?)command.Searches!.Count).Tokens().When(command => command.Searches is not null);
        RuleFor(command => command.TtlSeconds).InclusiveBetween(1, Reservation.MaxTtlSeconds);
    }
}

internal sealed class ReserveCallHandler(IBudgetLedger ledger, TimeProvider time) : IRequestHandler<ReserveCallCommand, ReservedCall>
{
    public async Task<ReservedCall> Handle(ReserveCallCommand request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return (await ledger.WriteAsync(new ReserveCallEntry(Guid.CreateVersion7(now), request, now), cancellationToken)).Response;
    }
}

/// <summary>A call that may be made.</summary>
/// <param name="ReservationId">Its reservation.</param>
/// <param name="MaxOutputTokens">The most output tokens of each choice.</param>
/// <param name="AmountUsd">The reserved amount (USD).</param>
public sealed record ReservedCall(Guid ReservationId, long MaxOutputTokens, Money AmountUsd);

/// <summary>Reserves the most that a call can cost, or lowers its output limit to what fits, or refuses it (rules 3 and 6).</summary>
/// <param name="ReservationId">The id of the reservation.</param>
/// <param name="Command">The call.</param>
/// <param name="Now">The current time (UTC).</param>
public sealed record ReserveCallEntry(Guid ReservationId, ReserveCallCommand Command, DateTimeOffset Now) : LedgerEntry<ReservedCall>(Now, null)
{
    private static readonly Money SmallestAmount = new(1);

    private TimeSpan Ttl => TimeSpan.FromSeconds(Command.TtlSeconds);

    internal override LedgerEntryKind Kind => LedgerEntryKind.Reserve;

    internal override long? NamedSession => Command.SessionId;

    internal override IReadOnlyList<Budget> FurtherBudgets(LedgerSession session, LedgerWorkingSet workingSet) =>
        session.Policy.BudgetsDuring(Now, Now + Ttl);

    internal override ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger) => ValueTask.FromResult(Decide(ledger));

    private LedgerOutcome Decide(LedgerTransaction ledger)
    {
        var workingSet = ledger.WorkingSet;
        var session = ledger.GetSession(Command.SessionId);
        if (!session.State.IsActive)
        {
            throw new RuleViolationException("session-ended", session.State.Status == SessionStatus.Killed ? $"Session {session.Id} was killed." : $"Session {session.Id} has ended.");
        }

        if (workingSet.FindPauseOf(session, Now) is { } paused)
        {
            return LedgerOutcome.Refused(PausedRefusal.Of(paused));
        }

        var (most, amount) = (Command.MaxOutputTokens, Money.Zero);

        // A call that a subscription covers costs nothing, and nor does a model that the team chose to record without a price.
        var rates = Command.Billing == Billing.Subscription ? null : CallRates.Find(session, ledger, Command.Model, Now, Now + Ttl, Command.Tier, Command.Searches);
        if (rates is not null)
        {
            var position = workingSet.PositionOf(session.Policy.BudgetsDuring(Now, Now + Ttl));
            amount = rates.BoundOf(Tokens(most));
            if (BudgetExceededException.OfReservation(position, amount) is { } refusal)
            {
                // A budget of which nothing remains tells the agent to stop (rule 4), and this call is likely to cost less than it reserves.
                var left = (position.Reservable ?? Money.Zero) - SmallestAmount;
                if (most == 0 || rates.LargestOutput(Tokens(0), Command.Choices, Math.Max(1, Command.LeastOutputTokens), most, left) is not { } lowered)
                {
                    return LedgerOutcome.Refused(refusal);
                }

                (most, amount) = (lowered, rates.BoundOf(Tokens(lowered)));
            }
        }

        var reservation = new Reservation
        {
            Id = ReservationId,
            SessionId = session.Id,
            OrganisationId = session.Policy.OrganisationId,
            Amount = amount,
            IsAssumed = rates is { AreAssumed: true },
            IsHeld = true,
            CreatedAt = Now,
            ExpiresAt = Now + Ttl,
        };
        workingSet.Add(reservation, session);
        return LedgerOutcome.Accepted(new ReservedCall(reservation.Id, most, amount));
    }

    private TokenBound Tokens(long maxOutput) => new(Command.InputTokens, maxOutput * Command.Choices);
}
