using System.Security.Cryptography;
using System.Text;
using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Domain.Agents;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>Records the usage of a call through the gateway, and ends its reservation. The response is false if the call was settled before.</summary>
/// <param name="SessionId">The session that made the call.</param>
/// <param name="CallId">The reservation of the call or, if <see cref="IsUnreserved"/>, an id of its own.</param>
/// <param name="Tokens">The tokens by class.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Call">Further facts of the call.</param>
/// <param name="Billing">Whether it is billed by the token or covered by a subscription.</param>
/// <param name="Error">A short text of the error, if the call failed. It contains nothing that the caller or the provider wrote.</param>
public sealed record SettleCallCommand(
    long SessionId, Guid CallId, BilledTokens Tokens, string Model, GatewayCall Call, Billing Billing, string? Error) : ILedgerCommand<bool>
{
    /// <summary>Whether the call was made without a reservation, because the store was unavailable.</summary>
    public bool IsUnreserved { get; init; }

    /// <summary>When the answer ended (UTC); null for now.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The searches that the provider ran for it and bills apart; null for none.</summary>
    public ServerSearches? Searches { get; init; }

    /// <summary>Its own labels. Those that its session cannot take are dropped.</summary>
    public LabelSet Labels { get; init; } = LabelSet.None;

    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(SessionId));
}

/// <summary>Facts of a call through the gateway.</summary>
/// <param name="RequestedModel">The model that the caller asked for, if another one was sent; null otherwise.</param>
/// <param name="ResponseId">The provider's id of the answer; null if unknown.</param>
/// <param name="IsEstimate">Whether the tokens are estimated, because the answer broke off or told no usage.</param>
public sealed record GatewayCall(string? RequestedModel, string? ResponseId, bool IsEstimate)
{
    /// <summary>
    /// The model that was sent, if the provider named another one in its answer. Providers answer an alias with the name of a snapshot. Its price is used
    /// if the other model has none.
    /// </summary>
    public string? SentModel { get; init; }

    /// <summary>The service tier that served it; null for the standard one.</summary>
    public string? Tier { get; init; }

    /// <summary>Whether the output limit was lowered to what the budgets had left.</summary>
    public bool IsOutputLimitLowered { get; init; }

    /// <summary>The agent that made the call, whose telemetry may report it too; null if no telemetry can.</summary>
    public Guid? AgentId { get; init; }
}

internal sealed class SettleCallValidator : AbstractValidator<SettleCallCommand>
{
    public SettleCallValidator()
    {
        RuleFor(command => command.Model).NotNull().OptionalLine(Agent.ModelLength);
        RuleFor(command => command.Call).NotNull();
        RuleFor(command => command.Call.RequestedModel).OptionalLine(Agent.ModelLength);
        RuleFor(command => command.Call.SentModel).OptionalLine(Agent.ModelLength);
        RuleFor(command => command.Call.ResponseId).OptionalLine(UsageRecord.ResponseIdLength);
        RuleFor(command => command.Call.Tier).OptionalLine(Agent.ModelLength);
        RuleFor(command => (long?)command.Searches!.Count).Tokens().When(command => command.Searches is not null);
        RuleFor(command => command.Error).OptionalText(Session.ErrorLength);
    }
}

internal sealed class SettleCallHandler(IBudgetLedger ledger, TimeProvider time) : IRequestHandler<SettleCallCommand, bool>
{
    public async Task<bool> Handle(SettleCallCommand request, CancellationToken cancellationToken) =>
        (await ledger.WriteAsync(SettleCallEntry.Of(request, time.GetUtcNow()), cancellationToken)).Response;
}

/// <summary>
/// Records the usage of a call and ends its reservation, unless the call was settled before: a repeated entry changes nothing. The response says whether
/// it was recorded.
/// </summary>
/// <param name="Usage">The usage, which names the reservation, if there is one.</param>
/// <param name="Idempotency">Recognises a repeated entry of a call without a reservation; null if it has one.</param>
public sealed record SettleCallEntry(UsageEntry Usage, IdempotencyToken? Idempotency = null) : LedgerEntry<bool>(Usage.Now, Idempotency)
{
    private const string Unsettled = "The server ended before it knew the usage, so the whole reservation is charged.";

    /// <summary>The usage of the searches, which is recorded apart, because they have a price of their own; null for none.</summary>
    public UsageEntry? Searches { get; init; }

    internal override LedgerEntryKind Kind => LedgerEntryKind.Usage;

    internal override long? NamedSession => Usage.SessionId;

    internal override Guid? NamedReservation => Usage.ReservationId;

    internal override IEnumerable<IdempotencyToken> Keys => base.Keys.Concat(Usage.Keys);

    internal static SettleCallEntry Of(SettleCallCommand command, DateTimeOffset now)
    {
        var usage = new UsageEntry(
            Guid.CreateVersion7(now),
            command.SessionId,
            command.Tokens,
            ReportedCost: null,
            command.Model,
            command.IsUnreserved ? null : command.CallId,
            OccurredAt: command.EndedAt ?? now,
            command.Error,
            command.Billing,
            now,
            Idempotency: null,
            command.Call.SentModel)
        {
            Labels = command.Labels,
            Call = command.Call,
            Telemetry = command.Call.AgentId is { } agentId
                ? GatewayCallKey.CoverTelemetryOf(agentId, command.Tokens.Counts, command.EndedAt ?? now, now)
                : null,
        };
        return new(usage, command.IsUnreserved ? TokenOf(command.CallId) : null)
        {
            Searches = command.Searches is { } searches ? SearchesOf(command, searches, now) : null,
        };
    }

    /// <summary>Charges the whole reservation of a call that was not settled in time. The call was made when the reservation was.</summary>
    internal static SettleCallEntry OfUnsettled(Reservation reservation, DateTimeOffset now) => new(new UsageEntry(
        Guid.CreateVersion7(now),
        reservation.SessionId,
        default,
        ReportedCost: reservation.Amount,
        reservation.Model.Length > 0 ? reservation.Model : null,
        reservation.Id,
        OccurredAt: reservation.CreatedAt,
        Unsettled,
        Billing.Api,
        now,
        Idempotency: null)
    {
        Labels = reservation.Labels,
        Call = new(RequestedModel: null, ResponseId: null, IsEstimate: true),
    });

    // The searches have a model of their own, which may have a budget.
    internal override IReadOnlyList<Budget> FurtherBudgets(LedgerSession session, LedgerWorkingSet workingSet) =>
        Searches is null || session.Policy.Rules.Count == 0
            ? Usage.FurtherBudgets(session, workingSet)
            : [.. Usage.FurtherBudgets(session, workingSet), .. Searches.FurtherBudgets(session, workingSet)];

    internal override async ValueTask<LedgerOutcome> DecideAsync(LedgerTransaction ledger)
    {
        if (Usage.ReservationId is not { } reservationId)
        {
            // The others were counted when they were reserved.
            ledger.WorkingSet.Add(Usage.SessionId, new CallCounts(Calls: 1));
        }
        else if (ledger.GetReservation(reservationId, isHeld: true).Reservation.EndedAt is not null)
        {
            return LedgerOutcome.Accepted(false);
        }

        await Usage.DecideAsync(ledger);
        if (Usage.Call is { RequestedModel: not null })
        {
            ledger.WorkingSet.Add(Usage.SessionId, new CallCounts(Fallbacks: 1));
        }

        if (Searches is { } searches && ledger.WorkingSet.PricesOf(ledger.GetSession(Usage.SessionId)).Find(searches.Model!, Now) is not null)
        {
            await searches.DecideAsync(ledger);
        }

        return LedgerOutcome.Accepted(true);
    }

    private static IdempotencyToken TokenOf(Guid callId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"gateway/calls/{callId}"));
        return new(hash, hash);
    }

    private static UsageEntry SearchesOf(SettleCallCommand command, ServerSearches searches, DateTimeOffset now) => new(
        Guid.CreateVersion7(now),
        command.SessionId,
        new BilledTokens(new(searches.Count, 0)),
        ReportedCost: null,
        searches.Model,
        ReservationId: null,
        OccurredAt: command.EndedAt ?? now,
        Error: null,
        command.Billing,
        now,
        Idempotency: null)
    {
        Labels = command.Labels,
        Call = new(RequestedModel: null, command.Call.ResponseId, IsEstimate: false),
    };
}

/// <summary>Releases the reservation of a call that the provider did not bill.</summary>
/// <param name="SessionId">The session that made the call.</param>
/// <param name="ReservationId">The reservation.</param>
public sealed record ReleaseCallCommand(long SessionId, Guid ReservationId) : ILedgerCommand<Unit>
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(SessionId));
}

internal sealed class ReleaseCallHandler(IBudgetLedger ledger, TimeProvider time) : IRequestHandler<ReleaseCallCommand, Unit>
{
    public async Task<Unit> Handle(ReleaseCallCommand request, CancellationToken cancellationToken)
    {
        await ledger.WriteAsync(new ReleaseEntry(request.ReservationId, time.GetUtcNow()) { IsOfGateway = true }, cancellationToken);
        return Unit.Value;
    }
}
