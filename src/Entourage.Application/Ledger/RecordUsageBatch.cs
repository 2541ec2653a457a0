using Entourage.Application.Abstractions;
using Entourage.Application.Access;
using Entourage.Application.Errors;
using Entourage.Application.Sessions;
using FluentValidation;
using MediatR;

namespace Entourage.Application.Ledger;

/// <summary>Records many usages, each accepted or refused on its own.</summary>
/// <param name="Items">The usages, in the order in which they are counted.</param>
/// <param name="IdempotencyKey">The caller's key for all items that have no key; null for none.</param>
public sealed record RecordUsageBatchCommand(IReadOnlyList<UsageBatchItem>? Items, string? IdempotencyKey)
    : ILedgerCommand<IReadOnlyList<UsageBatchOutcome>>
{
    /// <summary>The most items in a batch.</summary>
    public const int MaxCount = 1_000;

    /// <inheritdoc/>
    public Permission RequiredPermission() => Permission.Agent();
}

/// <summary>One usage of a batch.</summary>
/// <param name="Command">The usage; null when it could not be read.</param>
/// <param name="Fault">The reason why it could not be read; null if it could.</param>
public sealed record UsageBatchItem(RecordUsageCommand? Command, Exception? Fault = null);

/// <summary>The outcome of one usage of a batch.</summary>
/// <param name="Usage">The receipt; null when the usage was refused.</param>
/// <param name="Replayed">Whether the receipt is the stored one of an earlier request with the same key.</param>
/// <param name="Refusal">The reason for the refusal; null if the usage was recorded.</param>
public sealed record UsageBatchOutcome(UsageReceipt? Usage, bool Replayed, Exception? Refusal);

internal sealed class RecordUsageBatchValidator : AbstractValidator<RecordUsageBatchCommand>
{
    public RecordUsageBatchValidator() => RuleFor(command => command.Items)
        .NotNull()
        .Must(items => items!.Count is > 0 and <= RecordUsageBatchCommand.MaxCount)
        .WithMessage($"'{{PropertyName}}' must have 1 to {RecordUsageBatchCommand.MaxCount} items.");
}

internal sealed class RecordUsageBatchHandler(
    IBudgetLedger ledger, AccessGate gate, IValidator<RecordUsageCommand> validator, IdempotentReplay replay, TimeProvider time)
    : IRequestHandler<RecordUsageBatchCommand, IReadOnlyList<UsageBatchOutcome>>
{
    public async Task<IReadOnlyList<UsageBatchOutcome>> Handle(RecordUsageBatchCommand request, CancellationToken cancellationToken)
    {
        IdempotencyBatch? batch = null;
        if (request.IdempotencyKey is { } key)
        {
            IdempotencyToken.Check(key, IdempotencyToken.Header);
            batch = new(key);
        }

        var now = time.GetUtcNow();
        var outcomes = new UsageBatchOutcome[request.Items!.Count];
        var entries = new List<UsageEntry>(outcomes.Length);
        var places = new List<int>(outcomes.Length);
        var refused = new Dictionary<long, Exception>();
        for (var i = 0; i < outcomes.Length; i++)
        {
            var item = request.Items[i];
            var fault = item.Command is { } command ? await FindFaultAsync(command, refused, cancellationToken) : item.Fault;
            if (fault is not null)
            {
                outcomes[i] = new(null, false, fault);
                continue;
            }

            try
            {
                entries.Add(ToEntry(item.Command!, i, batch, now));
                places.Add(i);
            }
            catch (InvalidInputException refusal)
            {
                outcomes[i] = new(null, false, refusal);
            }
        }

        if (entries.Count > 0)
        {
            var written = await ledger.WriteAsync(entries, cancellationToken);
            for (var i = 0; i < written.Count; i++)
            {
                outcomes[places[i]] = new(ToReceipt(written[i].Response, places[i]), written[i].Replayed, written[i].Refusal);
            }
        }

        replay.Happened = outcomes.All(outcome => outcome.Replayed);
        return outcomes;
    }

    private static UsageReceipt? ToReceipt(object? response, int place) => response switch
    {
        UsageResponse usage => UsageReceipt.Of(usage, place),
        UsageReceipt receipt => receipt,
        _ => null,
    };

    // Remembers refused sessions and does not throw validation failures, because all items of a batch may be invalid.
    private async ValueTask<Exception?> FindFaultAsync(
        RecordUsageCommand command, Dictionary<long, Exception> refused, CancellationToken cancellationToken)
    {
        if (refused.TryGetValue(command.SessionId, out var known))
        {
            return known;
        }

        try
        {
            await gate.EnsureAsync(command.RequiredPermission(), cancellationToken);
        }
        catch (Exception refusal) when (refusal is not OperationCanceledException)
        {
            refused[command.SessionId] = refusal;
            return refusal;
        }

        var result = validator.Validate(command);
        return result.IsValid ? null : new ValidationException(result.Errors);
    }

    private static UsageEntry ToEntry(RecordUsageCommand command, int place, IdempotencyBatch? batch, DateTimeOffset now)
    {
        var idempotency = IdempotencyToken.Of(command, "idempotency_key")
            ?? batch?.Add($"sessions/{command.SessionId}/usage/batch", place, command);
        return UsageEntry.Of(command, now, idempotency);
    }
}
