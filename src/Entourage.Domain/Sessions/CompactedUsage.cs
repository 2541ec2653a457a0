using Entourage.Domain.Costs;

namespace Entourage.Domain.Sessions;

/// <summary>
/// The sum of old usage records that were compacted, for one session, model, set of labels and quarter of an hour. Totals are checked against these sums
/// and the remaining records.
/// </summary>
public sealed class CompactedUsage
{
    /// <summary>The least age at which usage may be compacted. Until then late usage may still arrive and its records may be needed.</summary>
    public static readonly TimeSpan MinAge = UsageRecord.OldestBack + TimeSpan.FromDays(1);

    private CompactedUsage()
    {
    }

    /// <summary>The session.</summary>
    public long SessionId { get; private init; }

    /// <summary>When the quarter of an hour begins (UTC).</summary>
    public DateTimeOffset QuarterAt { get; private init; }

    /// <summary>The model; empty when unknown.</summary>
    public string Model { get; private init; } = "";

    /// <summary>The <see cref="Labels.LabelSet.Id"/> of the labels of the usage, those of the session included; 0 for none.</summary>
    public long LabelSetId { get; private init; }

    /// <summary>The number of compacted records.</summary>
    public long Records { get; private set; }

    /// <summary>The sum of the compacted records.</summary>
    public UsageAmounts Amounts { get; private set; } = new();

    /// <summary>Creates an empty sum.</summary>
    public static CompactedUsage Of(long sessionId, DateTimeOffset quarterAt, string model, long labelSetId) =>
        new() { SessionId = sessionId, QuarterAt = quarterAt, Model = model, LabelSetId = labelSetId };

    /// <summary>Adds a record of the same session, model, labels and quarter of an hour.</summary>
    public void Add(UsageRecord record)
    {
        Amounts = UsageAmounts.Of(Amounts.ToSum() + UsageSum.Of(record));
        Records++;
    }
}
