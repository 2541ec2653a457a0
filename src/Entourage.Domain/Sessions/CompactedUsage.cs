using Entourage.Domain.Costs;

namespace Entourage.Domain.Sessions;

/// <summary>
/// What old usage records came to that are not kept any more: of one session, model and quarter of an hour. With the records that are
/// kept it is what every total is checked against.
/// </summary>
public sealed class CompactedUsage
{
    /// <summary>The least age at which usage may be folded: while it may be reported late, it may be looked at too.</summary>
    public static readonly TimeSpan MinAge = UsageRecord.OldestBack + TimeSpan.FromDays(1);

    private CompactedUsage()
    {
    }

    /// <summary>The session.</summary>
    public long SessionId { get; private init; }

    /// <summary>When the quarter of an hour begins (UTC).</summary>
    public DateTimeOffset QuarterAt { get; private init; }

    /// <summary>The model; empty when nobody said.</summary>
    public string Model { get; private init; } = "";

    /// <summary>How many records it stands for.</summary>
    public long Records { get; private set; }

    /// <summary>What they came to.</summary>
    public UsageAmounts Amounts { get; private set; } = new();

    /// <summary>Begins with no record.</summary>
    public static CompactedUsage Of(long sessionId, DateTimeOffset quarterAt, string model) =>
        new() { SessionId = sessionId, QuarterAt = quarterAt, Model = model };

    /// <summary>Takes in a record of the same session, model and quarter of an hour.</summary>
    public void Add(UsageRecord record)
    {
        Amounts = UsageAmounts.Of(Amounts.ToSum() + UsageSum.Of(record));
        Records++;
    }
}
