using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Sessions;

/// <summary>
/// Records what a session used. It is taken whatever the state of the session and its budgets: that money is gone already (rule 1).
/// </summary>
/// <param name="SessionId">The session.</param>
/// <param name="InputTokens">Input tokens, cached ones not included.</param>
/// <param name="OutputTokens">Output tokens.</param>
/// <param name="CacheReadTokens">Cache-read tokens.</param>
/// <param name="CacheWriteTokens">Cache-write tokens.</param>
/// <param name="LongCacheWriteTokens">Those of the cache-write tokens that were written for an hour.</param>
/// <param name="Batch">Whether it went through the provider's batch API.</param>
/// <param name="CostUsd">The cost (USD); null when the caller does not know it: then the model's price says.</param>
/// <param name="Model">The model; the session's when null.</param>
/// <param name="ReservationId">The reservation of the session that it commits; null for none.</param>
/// <param name="OccurredAt">When the money was spent (UTC), at most 5 minutes ahead and 30 days back; now when null.</param>
/// <param name="Error">A short text of the error, where the call failed.</param>
/// <param name="Billing">How it is paid for.</param>
/// <param name="IdempotencyKey">The caller's key, if any.</param>
/// <remarks>Whether it happened at a time that may still be counted is seen in the ledger: a retry under a key is never too late.</remarks>
public sealed record RecordUsageCommand(
    long SessionId,
    long? InputTokens,
    long? OutputTokens,
    long? CacheReadTokens,
    long? CacheWriteTokens,
    long? LongCacheWriteTokens,
    bool Batch,
    Money? CostUsd,
    string? Model,
    Guid? ReservationId,
    DateTimeOffset? OccurredAt,
    string? Error,
    Billing Billing,
    string? IdempotencyKey) : ILedgerCommand<UsageResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent(Resource.Session(SessionId));

    /// <inheritdoc/>
    public string IdempotencyScope => $"sessions/{SessionId}/usage";
}

internal sealed class RecordUsageValidator : AbstractValidator<RecordUsageCommand>
{
    public RecordUsageValidator()
    {
        RuleFor(command => command.InputTokens).NotNull().Tokens();
        RuleFor(command => command.OutputTokens).NotNull().Tokens();
        RuleFor(command => command.CacheReadTokens).Tokens();
        RuleFor(command => command.CacheWriteTokens).Tokens();
        RuleFor(command => command.LongCacheWriteTokens).Tokens()
            .LessThanOrEqualTo(command => command.CacheWriteTokens ?? 0)
            .WithMessage("'{PropertyName}' are some of the cache-write tokens, and no more than these.")
            .OverridePropertyName("cache_write_1h_tokens");
        RuleFor(command => command.CostUsd).Usd();
        RuleFor(command => command.Model).OptionalLine(Agent.ModelLength);
        RuleFor(command => command.Error).OptionalText(Session.ErrorLength);
    }
}

internal sealed class RecordUsageHandler(IBudgetLedger ledger, IdempotentReplay replay, TimeProvider time)
    : IRequestHandler<RecordUsageCommand, UsageResponse>
{
    public async Task<UsageResponse> Handle(RecordUsageCommand request, CancellationToken cancellationToken) =>
        replay.Note(await ledger.WriteAsync(ToEntry(request, time.GetUtcNow(), IdempotencyToken.Of(request)), cancellationToken));

    /// <summary>The ledger's entry for a valid command.</summary>
    public static UsageEntry ToEntry(RecordUsageCommand command, DateTimeOffset now, IdempotencyToken? idempotency) => new(
        Guid.CreateVersion7(now),
        command.SessionId,
        new BilledTokens(
            new TokenCounts(command.InputTokens!.Value, command.OutputTokens!.Value, command.CacheReadTokens ?? 0, command.CacheWriteTokens ?? 0),
            command.LongCacheWriteTokens ?? 0,
            command.Batch),
        command.CostUsd,
        command.Model,
        command.ReservationId,
        command.OccurredAt ?? now,
        command.Error,
        command.Billing,
        now,
        idempotency);
}
