using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Entourage.Api.Errors;
using Entourage.Application.Errors;
using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Sessions;

namespace Entourage.Api.Contracts;

/// <summary>A batch of usages.</summary>
/// <param name="Items">Required. 1 to 1,000 usages. Each is accepted or refused separately.</param>
public sealed record RecordUsageBatchRequest(IReadOnlyList<UsageBatchEntry>? Items)
{
    internal const int MaxCount = RecordUsageBatchCommand.MaxCount;

    /// <summary>Stands for any batch that is too long, so that it need not be read before it is refused.</summary>
    internal static RecordUsageBatchRequest TooLong { get; } = new([.. Enumerable.Repeat(UsageBatchEntry.NotAnObject, MaxCount + 1)]);

    internal RecordUsageBatchCommand ToCommand(string? idempotencyKey) =>
        new(Items is null ? null : [.. Items.Select(item => item.ToItem())], idempotencyKey);
}

/// <summary>One usage of a batch.</summary>
/// <param name="SessionId">Required. The session that used it.</param>
/// <param name="InputTokens">Required. Input tokens, without cached ones: 0 to 1,000,000,000.</param>
/// <param name="OutputTokens">Required. Output tokens.</param>
/// <param name="IdempotencyKey">1 to 200 printable characters. However often an item is sent with the same key, it is counted once.</param>
/// <param name="CacheReadTokens">Input tokens read from the provider's cache.</param>
/// <param name="CacheWriteTokens">Input tokens written to the provider's cache.</param>
/// <param name="CacheWrite1hTokens">How many of the cache-write tokens were written for an hour.</param>
/// <param name="Batch">Whether the call used the provider's batch API, at its discount.</param>
/// <param name="CostUsd">The cost in USD: 0 to 1,000,000, rounded up to 9 decimals. If absent, Entourage prices the tokens from the catalogue.</param>
/// <param name="Model">The model; the session's if absent.</param>
/// <param name="ReservationId">The reservation of the session that this usage commits; none if absent.</param>
/// <param name="OccurredAt">When the money was spent: at most 5 minutes ahead and 30 days back; now if absent.</param>
/// <param name="Error">A short error text, if the call failed.</param>
/// <param name="Billing">How the call is paid for; api if absent. Usage that a subscription covers counts against no cap.</param>
/// <param name="Labels">Labels of this usage alone. They add to the session's, or replace those with the same key: up to 10 together.</param>
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
    Billing? Billing = null,
    IReadOnlyDictionary<string, string>? Labels = null)
    : RecordUsageRequest(
        InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens, CacheWrite1hTokens, Batch, CostUsd, Model, ReservationId, OccurredAt, Error, Billing, Labels);

/// <summary>One item of a batch, or the error of reading it. One invalid item does not affect the others.</summary>
/// <param name="Item">The usage; null if it could not be read.</param>
/// <param name="Error">Why it could not be read.</param>
[JsonConverter(typeof(UsageBatchEntryJsonConverter))]
public sealed record UsageBatchEntry(UsageBatchItemRequest? Item, JsonException? Error)
{
    /// <summary>An item that is not a JSON object.</summary>
    internal static UsageBatchEntry NotAnObject { get; } = new(null, new JsonException(InvalidBodies.WrongType));

    /// <summary>An item that is null.</summary>
    internal static UsageBatchEntry Null { get; } = new(null, new JsonException(InvalidBodies.ObjectExpected));

    internal UsageBatchItem ToItem() => Item switch
    {
        null => new(null, Error),
        { SessionId: null } => new(null, new InvalidInputException("session_id", "'session_id' must not be empty.")),
        _ => new(Item.ToCommand(Item.SessionId.Value, Item.IdempotencyKey)),
    };
}

/// <summary>Reads each item of a batch separately.</summary>
internal sealed class UsageBatchEntryJsonConverter : JsonConverter<UsageBatchEntry>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override UsageBatchEntry Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Recognises most invalid items without an exception from the serializer.
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var isNull = reader.TokenType == JsonTokenType.Null;
            reader.TrySkip();
            return isNull ? UsageBatchEntry.Null : UsageBatchEntry.NotAnObject;
        }

        var start = reader;
        try
        {
            return new(JsonSerializer.Deserialize<UsageBatchItemRequest>(ref reader, options), null);
        }
        catch (JsonException error)
        {
            // Throws for text that is not JSON, which makes the whole body invalid.
            reader = start;
            reader.TrySkip();
            return new(null, error);
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, UsageBatchEntry value, JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary>The results of a batch.</summary>
/// <param name="Items">One result for each usage, in the order of the batch.</param>
public sealed record UsageBatchResponse(IReadOnlyList<UsageBatchItemResponse> Items)
{
    // Bounds the size of the answer: further refused items have only their first error.
    private const int MaxDetailed = 100;

    internal static UsageBatchResponse From(IReadOnlyList<UsageBatchOutcome> outcomes, HttpContext context)
    {
        var refused = 0;
        return new([.. outcomes.Select(outcome => UsageBatchItemResponse.From(
            outcome, context, isDetailed: outcome.Usage is not null || ++refused <= MaxDetailed))]);
    }
}

/// <summary>The result of one usage of a batch.</summary>
public sealed record UsageBatchItemResponse
{
    /// <summary>The status that the usage would get as a single request: 200, or the status of the refusal.</summary>
    public required int Status { get; init; }

    /// <summary>The session.</summary>
    public long? SessionId { get; init; }

    /// <summary>The id of the usage record: a version-7 UUID.</summary>
    public Guid? UsageId { get; init; }

    /// <summary>Whether it was already recorded under the same key, and is not counted again.</summary>
    public bool Replayed { get; init; }

    /// <summary>Where the cost comes from.</summary>
    public CostSource? CostSource { get; init; }

    /// <summary>Whether the cost is an estimate: it is assumed, taken from the reservation, or the price lacks a needed rate.</summary>
    public bool? Estimated { get; init; }

    /// <summary>The part of the cost that exceeded the reservation and what the hard budgets had left (USD).</summary>
    public Money? OverrunUsd { get; init; }

    /// <summary>Whether a hard budget that applies has nothing left.</summary>
    public bool? OverBudget { get; init; }

    /// <summary>Whether the agent must stop.</summary>
    public bool? Stop { get; init; }

    /// <summary>The reasons to stop.</summary>
    public IReadOnlyList<string>? StopReasons { get; init; }

    /// <summary>The reason for a refusal, as RFC 9457 problem details.</summary>
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
