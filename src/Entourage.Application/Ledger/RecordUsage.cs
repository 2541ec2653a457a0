using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Behaviors;
using Entourage.Application.Sessions;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Sessions;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>Records a usage of a session, whatever the state of the session and its budgets, because the money is already spent (rule 1).</summary>
/// <param name="SessionId">The session.</param>
/// <param name="InputTokens">Input tokens, cached ones not included.</param>
/// <param name="OutputTokens">Output tokens.</param>
/// <param name="CacheReadTokens">Cache-read tokens.</param>
/// <param name="CacheWriteTokens">Cache-write tokens.</param>
/// <param name="LongCacheWriteTokens">The part of the cache-write tokens with a lifetime of an hour.</param>
/// <param name="Batch">Whether the call went through the provider's batch API.</param>
/// <param name="CostUsd">The cost (USD); null to compute it from the price of the model.</param>
/// <param name="Model">The model; the session's when null.</param>
/// <param name="ReservationId">The reservation of the session that it commits; null for none.</param>
/// <param name="OccurredAt">When the money was spent (UTC), at most 5 minutes ahead and 30 days back; now when null.</param>
/// <param name="Error">A short text of the error, if the call failed.</param>
/// <param name="Billing">Whether the call is billed by the token or covered by a subscription.</param>
/// <param name="IdempotencyKey">The caller's key; null for none.</param>
/// <remarks>The ledger checks the time instead of the validator, so that a retry with a key is never too late.</remarks>
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
    /// <summary>Its own labels by key, which add to those of the session or replace them; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init => field = RequestedLabels.Sort(value); }

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
            .WithMessage("'{PropertyName}' must not exceed 'cache_write_tokens', which include them.")
            .OverridePropertyName("cache_write_1h_tokens");
        RuleFor(command => command.CostUsd).Usd();
        RuleFor(command => command.Model).OptionalLine(Agent.ModelLength);
        RuleFor(command => command.Error).OptionalText(Session.ErrorLength);
        RuleFor(command => command.Labels).Labels();
    }
}

internal sealed class RecordUsageHandler(IBudgetLedger ledger, IdempotentReplay replay, TimeProvider time)
    : IRequestHandler<RecordUsageCommand, UsageResponse>
{
    public async Task<UsageResponse> Handle(RecordUsageCommand request, CancellationToken cancellationToken) =>
        replay.Note(await ledger.WriteAsync(UsageEntry.Of(request, time.GetUtcNow(), IdempotencyToken.Of(request)), cancellationToken));
}
