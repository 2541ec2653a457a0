using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Application.Sessions;
using Entourage.Domain.Sessions;
using Entourage.Domain;

namespace Entourage.Api.Contracts;

/// <summary>Many usages at once.</summary>
/// <param name="Items">Required. 1 to 1,000 usages; each is accepted or refused on its own.</param>
public sealed record RecordUsageBatchRequest(IReadOnlyList<UsageBatchEntry>? Items)
{
    /// <summary>The most items of a batch.</summary>
    internal const int MaxCount = RecordUsageBatchCommand.MaxCount;

    /// <summary>Stands for any batch of more items, which nobody needs to read to refuse it.</summary>
    internal static RecordUsageBatchRequest TooLong { get; } = new([.. Enumerable.Repeat(UsageBatchEntry.NoObject, MaxCount + 1)]);

    /// <summary>The command.</summary>
    internal RecordUsageBatchCommand ToCommand(string? idempotencyKey) =>
        new(Items is null ? null : [.. Items.Select(item => item.ToItem())], idempotencyKey);
}

/// <summary>One usage of a batch.</summary>
/// <param name="SessionId">Required. The session that used it.</param>
/// <param name="InputTokens">Required. Input tokens, cached ones not included: 0 to 1,000,000,000.</param>
/// <param name="OutputTokens">Required. Output tokens.</param>
/// <param name="IdempotencyKey">1 to 200 printable characters: the item is counted once, however often it is sent.</param>
/// <param name="CacheReadTokens">Input tokens read from the provider's cache.</param>
/// <param name="CacheWriteTokens">Input tokens written to the provider's cache.</param>
/// <param name="CacheWrite1hTokens">Those of the cache-write tokens that were written for an hour.</param>
/// <param name="Batch">Whether it went through the provider's batch API, at its discount.</param>
/// <param name="CostUsd">The cost in USD: 0 to 1,000,000, rounded up to 9 decimals; absent when the caller does not know it: the model's price says then.</param>
/// <param name="Model">The model; the session's when absent.</param>
/// <param name="ReservationId">The reservation of the session that it commits; none when absent.</param>
/// <param name="OccurredAt">When the money was spent: at most 5 minutes ahead and 30 days back; now when absent.</param>
/// <param name="Error">A short text of the error, where the call failed.</param>
/// <param name="Billing">How it is paid for; api when absent. What a subscription covers counts against no cap.</param>
public sealed record UsageBatchItemRequest(
    long? SessionId,
    long? InputTokens,
    long? OutputTokens,
    string? IdempotencyKey = null,
    long? CacheReadTokens = null,
    long? CacheWriteTokens = null,
    long? CacheWrite1hTokens = null,
    bool? Batch = null,
    Money? CostUsd = null,
    string? Model = null,
    Guid? ReservationId = null,
    DateTimeOffset? OccurredAt = null,
    string? Error = null,
    Billing? Billing = null)
    : RecordUsageRequest(
        InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens, CacheWrite1hTokens, Batch, CostUsd, Model, ReservationId, OccurredAt, Error, Billing);

/// <summary>One usage of a batch as it was read, or why it could not be: a fault of one item is not one of the others.</summary>
/// <param name="Item">The usage.</param>
/// <param name="Fault">Why it could not be read.</param>
[JsonConverter(typeof(UsageBatchEntryJsonConverter))]
public sealed record UsageBatchEntry(UsageBatchItemRequest? Item, JsonException? Fault)
{
    /// <summary>An item that is no JSON object.</summary>
    internal static UsageBatchEntry NoObject { get; } = new(null, new JsonException("The JSON value could not be converted."));

    /// <summary>An item that is null.</summary>
    internal static UsageBatchEntry Null { get; } = new(null, new JsonException("A JSON object is expected."));

    /// <summary>The item of the command.</summary>
    internal UsageBatchItem ToItem() => Item switch
    {
        null => new(null, Fault),
        { SessionId: null } => new(null, new InvalidInputException("session_id", "'session_id' must not be empty.")),
        _ => new(Item.ToCommand(Item.SessionId.Value, Item.IdempotencyKey)),
    };
}

/// <summary>Reads the items of a batch, each on its own.</summary>
public sealed class UsageBatchEntryJsonConverter : JsonConverter<UsageBatchEntry>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override UsageBatchEntry Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Most wrong items are told apart without the exception that the serializer would throw.
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var isNull = reader.TokenType == JsonTokenType.Null;
            reader.TrySkip();
            return isNull ? UsageBatchEntry.Null : UsageBatchEntry.NoObject;
        }

        var start = reader;
        try
        {
            return new(JsonSerializer.Deserialize<UsageBatchItemRequest>(ref reader, options), null);
        }
        catch (JsonException fault)
        {
            // What is no JSON at all ends the whole body here.
            reader = start;
            reader.TrySkip();
            return new(null, fault);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, UsageBatchEntry value, JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary>What became of the usages of a batch.</summary>
/// <param name="Items">One for each usage, in their order.</param>
public sealed record UsageBatchResponse(IReadOnlyList<UsageBatchItemResponse> Items)
{
    // Of more refused items each says its status and what is wrong first.
    private const int MaxDetails = 100;

    /// <summary>The answer for outcomes.</summary>
    internal static UsageBatchResponse From(IReadOnlyList<UsageBatchOutcome> outcomes, HttpContext context)
    {
        var refused = 0;
        return new([.. outcomes.Select(outcome => UsageBatchItemResponse.From(
            outcome, context, isDetailed: outcome.Usage is not null || ++refused <= MaxDetails))]);
    }
}

/// <summary>What became of one usage of a batch.</summary>
public sealed record UsageBatchItemResponse
{
    /// <summary>The status that the usage would have been answered with on its own: 200, or why it was refused.</summary>
    public required int Status { get; init; }

    /// <summary>Its session.</summary>
    public long? SessionId { get; init; }

    /// <summary>The usage record that was written: a version-7 UUID.</summary>
    public Guid? UsageId { get; init; }

    /// <summary>It was sent before under the same key, and is not counted again.</summary>
    public bool Replayed { get; init; }

    /// <summary>Where its cost comes from.</summary>
    public CostSource? CostSource { get; init; }

    /// <summary>Its cost is an estimate: it is assumed, it is what was reserved, or the price lacked a rate that was needed.</summary>
    public bool? Estimated { get; init; }

    /// <summary>The part of its cost that neither a reservation nor what the hard budgets had left covered (USD).</summary>
    public Money? OverrunUsd { get; init; }

    /// <summary>A hard budget that applies has nothing left.</summary>
    public bool? OverBudget { get; init; }

    /// <summary>The agent must stop.</summary>
    public bool? Stop { get; init; }

    /// <summary>Why it must stop.</summary>
    public IReadOnlyList<string>? StopReasons { get; init; }

    /// <summary>Why it was refused, as RFC 9457 problem details.</summary>
    public JsonObject? Problem { get; init; }

    internal static UsageBatchItemResponse From(UsageBatchOutcome outcome, HttpContext context, bool isDetailed)
    {
        if (outcome.Usage is { } usage)
        {
            return new()
            {
                Status = StatusCodes.Status200OK,
                SessionId = usage.SessionId,
                UsageId = usage.UsageId,
                Replayed = outcome.Replayed,
                CostSource = usage.CostSource,
                Estimated = usage.Estimated,
                OverrunUsd = usage.OverrunUsd,
                OverBudget = usage.OverBudget,
                Stop = usage.Stop,
                StopReasons = usage.StopReasons,
            };
        }

        var problem = Errors.Problem.Of(outcome.Refusal!);
        return new() { Status = problem.Status, Problem = (isDetailed ? problem : problem.Brief()).ToJson(context) };
    }
}
