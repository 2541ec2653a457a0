using Entourage.Application.Abstractions;
using Entourage.Application.Behaviors;
using Entourage.Domain;
using Entourage.Domain.Agents;
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
/// <param name="CostUsd">The cost (USD); null when the caller does not know it.</param>
/// <param name="Model">The model; the session's when null.</param>
/// <param name="OccurredAt">When the money was spent (UTC), at most 5 minutes ahead and 30 days back; now when null.</param>
/// <param name="Error">A short text of the error, where the call failed.</param>
/// <param name="Billing">How it is paid for.</param>
/// <param name="IdempotencyKey">The caller's key, if any.</param>
/// <remarks>Not an <see cref="ICommand{TResponse}"/>: the ledger has a transaction of its own, shared by many callers.</remarks>
public sealed record RecordUsageCommand(
    long SessionId,
    long? InputTokens,
    long? OutputTokens,
    long? CacheReadTokens,
    long? CacheWriteTokens,
    Money? CostUsd,
    string? Model,
    DateTimeOffset? OccurredAt,
    string? Error,
    Billing Billing,
    string? IdempotencyKey) : IRequest<UsageResponse>, IIdempotentCommand
{
    /// <inheritdoc/>
    public string IdempotencyScope => $"sessions/{SessionId}/usage";
}

internal sealed class RecordUsageValidator : AbstractValidator<RecordUsageCommand>
{
    public RecordUsageValidator(TimeProvider time)
    {
        RuleFor(command => command.InputTokens).NotNull().Tokens();
        RuleFor(command => command.OutputTokens).NotNull().Tokens();
        RuleFor(command => command.CacheReadTokens).Tokens();
        RuleFor(command => command.CacheWriteTokens).Tokens();
        RuleFor(command => command.CostUsd).Usd();
        RuleFor(command => command.Model).OptionalLine(Agent.ModelLength);
        RuleFor(command => command.Error).OptionalText(Session.ErrorLength);
        RuleFor(command => command.OccurredAt)
            .Must(occurredAt => occurredAt is null || UsageRecord.MayHaveOccurredAt(occurredAt.Value, time.GetUtcNow()))
            .WithMessage($"'{{PropertyName}}' must be at most {UsageRecord.LatestAhead.TotalMinutes} minutes ahead and {UsageRecord.OldestBack.TotalDays} days back.");
    }
}

internal sealed class RecordUsageHandler(IBudgetLedger ledger, IdempotentReplay replay, TimeProvider time)
    : IRequestHandler<RecordUsageCommand, UsageResponse>
{
    public async Task<UsageResponse> Handle(RecordUsageCommand request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var entry = new UsageEntry(
            Guid.CreateVersion7(now),
            request.SessionId,
            new TokenCounts(request.InputTokens!.Value, request.OutputTokens!.Value, request.CacheReadTokens ?? 0, request.CacheWriteTokens ?? 0),
            request.CostUsd,
            request.Model,
            request.OccurredAt ?? now,
            now,
            request.Error,
            request.Billing,
            IdempotencyToken.Of(request));
        var recorded = await ledger.RecordAsync(entry, cancellationToken);
        replay.Happened = recorded.Replayed;
        return recorded.Response;
    }
}
