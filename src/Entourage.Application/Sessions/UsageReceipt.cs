using System.Text.Json.Serialization;
using Entourage.Domain;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Sessions;

/// <summary>
/// The response of a batch for one recorded usage. The receipts of a session are stored together under the batch's idempotency key, with short names,
/// since a batch may have 1,000 items.
/// </summary>
public sealed record UsageReceipt
{
    /// <summary>The zero-based position of the usage in its batch.</summary>
    [JsonPropertyName("i")]
    public int Place { get; init; }

    /// <summary>The session. Not stored, since each session has a key of its own.</summary>
    [JsonIgnore]
    public long SessionId { get; init; }

    /// <summary>The id of the usage record, a version-7 UUID.</summary>
    [JsonPropertyName("u")]
    public Guid UsageId { get; init; }

    /// <summary>The source of its cost.</summary>
    [JsonPropertyName("c")]
    public CostSource CostSource { get; init; }

    /// <summary>Whether its cost is an estimate.</summary>
    [JsonPropertyName("e")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Estimated { get; init; }

    /// <summary>The part of its cost (USD) that neither a reservation nor the hard budgets' remaining amounts covered.</summary>
    [JsonPropertyName("o")]
    public Money OverrunUsd { get; init; }

    /// <summary>Whether a hard budget that applies is exhausted.</summary>
    [JsonPropertyName("b")]
    public bool OverBudget { get; init; }

    /// <summary>Whether the agent must stop.</summary>
    [JsonPropertyName("s")]
    public bool Stop { get; init; }

    /// <summary>Why the agent must stop.</summary>
    [JsonPropertyName("r")]
    public IReadOnlyList<string> StopReasons { get; init; } = [];

    /// <summary>The receipt of a usage.</summary>
    /// <param name="usage">The full response.</param>
    /// <param name="place">Its zero-based position in the batch.</param>
    public static UsageReceipt Of(UsageResponse usage, int place)
    {
        ArgumentNullException.ThrowIfNull(usage);
        return new()
        {
            Place = place,
            SessionId = usage.SessionId,
            UsageId = usage.UsageId,
            CostSource = usage.CostSource,
            Estimated = usage.Estimated,
            OverrunUsd = usage.OverrunUsd,
            OverBudget = usage.OverBudget,
            Stop = usage.Stop,
            StopReasons = usage.StopReasons,
        };
    }
}
