using System.Text.Json.Serialization;
using Entourage.Domain;
using Entourage.Domain.Sessions;

namespace Entourage.Application.Sessions;

/// <summary>
/// What a batch answers of a usage that was recorded. The receipts of a session are stored as one answer under the batch's idempotency key,
/// with short names, since a batch may have 1,000 of them.
/// </summary>
public sealed record UsageReceipt
{
    /// <summary>The zero-based place of the usage in its batch.</summary>
    [JsonPropertyName("i")]
    public int Place { get; init; }

    /// <summary>The session that used it. Not stored: the key that the answer is stored under is the session's.</summary>
    [JsonIgnore]
    public long SessionId { get; init; }

    /// <summary>The usage record that was written: a version-7 UUID.</summary>
    [JsonPropertyName("u")]
    public Guid UsageId { get; init; }

    /// <summary>Where its cost comes from.</summary>
    [JsonPropertyName("c")]
    public CostSource CostSource { get; init; }

    /// <summary>Its cost is an estimate.</summary>
    [JsonPropertyName("e")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Estimated { get; init; }

    /// <summary>The part of its cost that neither a reservation nor what the hard budgets had left covered (USD).</summary>
    [JsonPropertyName("o")]
    public Money OverrunUsd { get; init; }

    /// <summary>A hard budget that applies has nothing left.</summary>
    [JsonPropertyName("b")]
    public bool OverBudget { get; init; }

    /// <summary>The agent must stop.</summary>
    [JsonPropertyName("s")]
    public bool Stop { get; init; }

    /// <summary>Why it must stop.</summary>
    [JsonPropertyName("r")]
    public IReadOnlyList<string> StopReasons { get; init; } = [];

    /// <summary>The receipt of a usage.</summary>
    /// <param name="usage">The full answer.</param>
    /// <param name="place">Its place in the batch.</param>
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
