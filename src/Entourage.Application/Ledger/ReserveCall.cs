using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Errors;
using Entourage.Application.Stops;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>
/// Reserves the most that a call through the gateway can cost. If that does not fit, the call's output limit is lowered to what fits. The team's model
/// fallbacks may replace its model. The reservation is held until the call is settled.
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

    /// <summary>The call's own labels, which add to those of the session or replace them.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    /// <summary>
    /// Returns the most that the call can use if it is sent as another model; null if it cannot be sent as that model. Without this function, every model
    /// has the bounds of the call.
    /// </summary>
    public Func<string, CallBound?>? BoundAs { get; init; }

    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(SessionId));
}

/// <summary>The most that a call can use.</summary>
/// <param name="InputTokens">The input tokens.</param>
/// <param name="MaxOutputTokens">The output tokens of each choice.</param>
public readonly record struct CallBound(long InputTokens, long MaxOutputTokens);

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
/// <param name="Model">The model to send: that of the call, or the one that a fallback of the team replaces it by.</param>
/// <param name="MaxOutputTokens">The most output tokens of each choice.</param>
/// <param name="AmountUsd">The reserved amount (USD).</param>
/// <param name="IsLowered">Whether the call asked for a higher output limit than the budgets have left.</param>
public sealed record ReservedCall(Guid ReservationId, string Model, long MaxOutputTokens, Money AmountUsd, bool IsLowered);

/// <summary>
/// Reserves the most that a call can cost as the first model that fits, with its output limit lowered if need be, or refuses it (rules 3 and 6). A fallback
/// is passed over if its model has no price, or could cost more than the model of the call.
/// </summary>
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
        !session.Labels.CanAdd(Command.Labels) ? []
        : session.Policy.Rules.Count == 0 ? session.Policy.BudgetsDuring(Now, Now + Ttl)
        : [.. session.Policy.TeamLimits.ModelFallbacks.Rules.Select(rule => rule.To).Append(Command.Model).Distinct(StringComparer.Ordinal)
            .SelectMany(model => PolicyOf(session, model).BudgetsDuring(Now, Now + Ttl))];

    internal override ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        var outcome = Decide(ledger);
        if (CountOf(outcome) is { } count)
        {
            ledger.WorkingSet.Add(Command.SessionId, count);
        }

        return ValueTask.FromResult(outcome);
    }

    private CallCounts? CountOf(LedgerOutcome outcome) => outcome switch
    {
        { Response: ReservedCall call } => new(Calls: 1, Lowered: call.IsLowered ? 1 : 0),
        { Refusal: BudgetExceededException } => new(Refused: 1, LastRefusedAt: Now),
        _ => null,
    };

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

        _ = session.Labels.With(Command.Labels);
        var bound = new CallBound(Command.InputTokens, Command.MaxOutputTokens);
        var position = PositionOf(session, Command.Model, workingSet);
        BudgetExceededException? refusal = null;
        if (Command.Billing == Billing.Subscription
            || CallRates.Find(session, ledger, Command.Model, Now, Now + Ttl, Command.Tier, Command.Searches) is not { } rates)
        {
            // A call that a subscription covers costs nothing, and nor does a model that the team chose to record without a price. Only tokens count.
            var free = new CallOffer(Command.Model, bound, Rates: null);
            return FindOutput(free, position.OfTokens(), ref refusal) is { } fitting
                ? Reserve(free, fitting, session, workingSet)
                : LedgerOutcome.Refused(refusal!);
        }

        var asked = new CallOffer(Command.Model, bound, rates);
        foreach (var model in session.Policy.TeamLimits.ModelFallbacks.OrderFor(Command.Model, position))
        {
            var offer = model == Command.Model ? asked : FindFallback(model, asked, session, ledger);
            if (offer is not null && FindOutput(offer, PositionOf(session, model, workingSet), ref refusal) is { } output)
            {
                return Reserve(offer, output, session, workingSet);
            }
        }

        return LedgerOutcome.Refused(refusal!);
    }

    /// <summary>The call as another model; null if that has no price, cannot take the call, or could cost more.</summary>
    private CallOffer? FindFallback(string model, CallOffer asked, LedgerSession session, LedgerTransaction ledger)
    {
        var bound = Command.BoundAs is { } boundAs ? boundAs(model) : asked.Bound;
        return bound is { InputTokens: <= TokenCounts.LargestInput } known
            && CallRates.FindListed(session, ledger, model, Now, Now + Ttl, Command.Tier, Command.Searches) is { } rates
            && new CallOffer(model, known, rates) is var fallback
            && AmountOf(fallback, known.MaxOutputTokens) <= AmountOf(asked, asked.Bound.MaxOutputTokens)
                ? fallback
                : null;
    }

    /// <summary>The output limit with which a call fits; null if too little fits.</summary>
    private long? FindOutput(CallOffer offer, BudgetPosition position, ref BudgetExceededException? refusal)
    {
        var most = offer.Bound.MaxOutputTokens;
        if (Refuse(offer, most, position) is not { } exceeded)
        {
            return most;
        }

        refusal ??= exceeded;

        // A rate refuses the call instead, which succeeds a little later.
        var lasting = position.WithoutRates();
        if (Refuse(offer, most, lasting) is null || most == 0 || LargestOutput(offer, most, lasting) is not { } output)
        {
            return null;
        }

        if (Refuse(offer, output, position) is not { } slowed)
        {
            return output;
        }

        refusal = slowed;
        return null;
    }

    private long? LargestOutput(CallOffer offer, long most, BudgetPosition position)
    {
        // A budget of which nothing remains tells the agent to stop (rule 4), and this call is likely to cost less than it reserves.
        var least = Math.Max(1, Command.LeastOutputTokens);
        if (position.ReservableTokens is { } tokens)
        {
            most = Math.Min(most, (tokens - 1 - offer.Bound.InputTokens) / Command.Choices);
        }

        return position.Reservable is not { } money || offer.Rates is null
            ? most >= least ? most : null
            : offer.Rates.LargestOutput(TokensOf(offer, 0), Command.Choices, least, most, money - SmallestAmount);
    }

    private BudgetExceededException? Refuse(CallOffer offer, long output, BudgetPosition position) =>
        BudgetExceededException.OfReservation(position, AmountOf(offer, output), TokensOf(offer, output).OfAllClasses);

    private LedgerOutcome Reserve(CallOffer offer, long output, LedgerSession session, LedgerWorkingSet workingSet)
    {
        var amount = AmountOf(offer, output);
        var reservation = new Reservation
        {
            Id = ReservationId,
            SessionId = session.Id,
            OrganisationId = session.Policy.OrganisationId,
            Amount = amount,
            Tokens = TokensOf(offer, output).OfAllClasses,
            Model = offer.Model,
            Labels = session.OwnLabelsOf(Command.Labels),
            IsAssumed = offer.Rates is { AreAssumed: true },
            IsHeld = true,
            CreatedAt = Now,
            ExpiresAt = Now + Ttl,
        };
        workingSet.Add(reservation, session);
        return LedgerOutcome.Accepted(new ReservedCall(reservation.Id, offer.Model, output, amount, IsLowered: output < offer.Bound.MaxOutputTokens));
    }

    private BudgetPolicy PolicyOf(LedgerSession session, string model) => session.Policy.ForCall(model, Command.Labels);

    private BudgetPosition PositionOf(LedgerSession session, string model, LedgerWorkingSet workingSet) =>
        workingSet.PositionOf(PolicyOf(session, model).BudgetsDuring(Now, Now + Ttl));

    private Money AmountOf(CallOffer offer, long output) => offer.Rates?.BoundOf(TokensOf(offer, output)) ?? Money.Zero;

    private TokenBound TokensOf(CallOffer offer, long output) => new(offer.Bound.InputTokens, output * Command.Choices);

    /// <summary>The call as one model.</summary>
    /// <param name="Model">The model.</param>
    /// <param name="Bound">The most that the call can use.</param>
    /// <param name="Rates">The rates; null if the call costs nothing.</param>
    private sealed record CallOffer(string Model, CallBound Bound, CallRates? Rates);
}
