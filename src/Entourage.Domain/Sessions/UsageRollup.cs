using Entourage.Domain.Costs;

namespace Entourage.Domain.Sessions;

/// <summary>
/// What one session used of one model in one quarter of an hour. Reports add these up; they never read the usage records.
/// </summary>
/// <remarks>
/// A quarter of an hour, because every time zone in use is offset from UTC by a multiple of it, so local days and hours
/// are whole numbers of quarters in any of them. Amounts are plain numbers here, in two parts, so that the store can add them up.
/// </remarks>
public sealed class UsageRollup
{
    /// <summary>The length of a bucket.</summary>
    public static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private UsageRollup()
    {
    }

    /// <summary>The team.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>When the quarter of an hour begins (UTC).</summary>
    public DateTimeOffset QuarterAt { get; private init; }

    /// <summary>The session.</summary>
    public long SessionId { get; private init; }

    /// <summary>The model; empty when nobody said.</summary>
    public string Model { get; private init; } = "";

    /// <summary>Input tokens.</summary>
    public long InputTokens { get; private init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; private init; }

    /// <summary>Cache-read tokens.</summary>
    public long CacheReadTokens { get; private init; }

    /// <summary>Cache-write tokens.</summary>
    public long CacheWriteTokens { get; private init; }

    /// <summary>Tokens of all classes whose cost nobody knows yet.</summary>
    public long UnpricedTokens { get; private init; }

    /// <summary>The whole billions (10⁹) of dollars of the cost; nearly always none.</summary>
    public long CostBillionUsd { get; private init; }

    /// <summary>The cost beyond these, in nano-dollars.</summary>
    public long CostNanoUsd { get; private init; }

    /// <summary>The whole billions (10⁹) of dollars of the imputed cost of usage under a subscription; nearly always none.</summary>
    public long ImputedCostBillionUsd { get; private init; }

    /// <summary>The imputed cost beyond these, in nano-dollars.</summary>
    public long ImputedCostNanoUsd { get; private init; }

    /// <summary>The whole billions (10⁹) of dollars of the part of the cost that is assumed; nearly always none.</summary>
    public long AssumedCostBillionUsd { get; private init; }

    /// <summary>The assumed cost beyond these, in nano-dollars.</summary>
    public long AssumedCostNanoUsd { get; private init; }

    /// <summary>1 for the bucket that the session began in, else 0.</summary>
    public int Sessions { get; private init; }

    /// <summary>What of this the cost summaries hold already.</summary>
    public UsageAmounts Summarised { get; private init; } = new();

    /// <summary>Whether they hold all of it.</summary>
    public bool IsSummarised { get; private init; }

    /// <summary>The cost (USD).</summary>
    public MoneyTotal Cost => MoneyTotal.Of(CostBillionUsd, CostNanoUsd);

    /// <summary>What was used.</summary>
    public UsageSum Sum => new(
        new(InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens),
        UnpricedTokens,
        Cost,
        MoneyTotal.Of(ImputedCostBillionUsd, ImputedCostNanoUsd),
        Sessions)
    { AssumedCost = MoneyTotal.Of(AssumedCostBillionUsd, AssumedCostNanoUsd) };

    /// <summary>
    /// The empty bucket that a session starts with, so that a session which never reports a usage is in the reports too.
    /// </summary>
    public static UsageRollup OfStart(Session session) =>
        Create(session.TeamId, QuarterOf(session.StartedAt), session.Id, session.Model ?? "", new UsageSum { Sessions = 1 });

    /// <summary>The bucket of some usage.</summary>
    public static UsageRollup Create(Guid teamId, DateTimeOffset quarterAt, long sessionId, string model, UsageSum sum) => new()
    {
        TeamId = teamId,
        QuarterAt = quarterAt,
        SessionId = sessionId,
        Model = model,
        InputTokens = sum.Tokens.Input,
        OutputTokens = sum.Tokens.Output,
        CacheReadTokens = sum.Tokens.CacheRead,
        CacheWriteTokens = sum.Tokens.CacheWrite,
        UnpricedTokens = sum.UnpricedTokens,
        CostBillionUsd = sum.Cost.BillionUsd,
        CostNanoUsd = sum.Cost.RestNanoUsd,
        ImputedCostBillionUsd = sum.ImputedCost.BillionUsd,
        ImputedCostNanoUsd = sum.ImputedCost.RestNanoUsd,
        AssumedCostBillionUsd = sum.AssumedCost.BillionUsd,
        AssumedCostNanoUsd = sum.AssumedCost.RestNanoUsd,
        Sessions = sum.Sessions,
    };

    /// <summary>The beginning of the quarter of an hour that holds an instant (UTC).</summary>
    public static DateTimeOffset QuarterOf(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks;
        return new DateTimeOffset(ticks - (ticks % Quarter.Ticks), TimeSpan.Zero);
    }
}
