using Entourage.Domain.Costs;

namespace Entourage.Domain.Sessions;

/// <summary>The usage of one session, model and set of labels in one quarter of an hour. Reports add up rollups and never read the usage records.</summary>
/// <remarks>
/// Every time zone in use is offset from UTC by a multiple of 15 minutes, so local days and hours consist of whole quarters. Amounts are
/// stored as plain numbers, in two parts, so that the store can add them.
/// </remarks>
public sealed class UsageRollup
{
    /// <summary>The length of a rollup's interval.</summary>
    public static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private UsageRollup()
    {
    }

    /// <summary>The team.</summary>
    public Guid TeamId { get; private init; }

    /// <summary>When the quarter of an hour began (UTC).</summary>
    public DateTimeOffset QuarterAt { get; private init; }

    /// <summary>The session.</summary>
    public long SessionId { get; private init; }

    /// <summary>The model; empty when unknown.</summary>
    public string Model { get; private init; } = "";

    /// <summary>The <see cref="Labels.LabelSet.Id"/> of the labels of the usage, those of the session included; 0 for none.</summary>
    public long LabelSetId { get; private init; }

    /// <summary>Input tokens.</summary>
    public long InputTokens { get; private init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; private init; }

    /// <summary>Cache-read tokens.</summary>
    public long CacheReadTokens { get; private init; }

    /// <summary>Cache-write tokens.</summary>
    public long CacheWriteTokens { get; private init; }

    /// <summary>Tokens of all classes that have no price yet.</summary>
    public long UnpricedTokens { get; private init; }

    /// <summary>The cost's whole billions (10⁹) of dollars; nearly always 0.</summary>
    public long CostBillionUsd { get; private init; }

    /// <summary>The rest of the cost, in nano-dollars.</summary>
    public long CostNanoUsd { get; private init; }

    /// <summary>The imputed cost's whole billions (10⁹) of dollars; nearly always 0.</summary>
    public long ImputedCostBillionUsd { get; private init; }

    /// <summary>The rest of the imputed cost, in nano-dollars.</summary>
    public long ImputedCostNanoUsd { get; private init; }

    /// <summary>The assumed cost's whole billions (10⁹) of dollars; nearly always 0.</summary>
    public long AssumedCostBillionUsd { get; private init; }

    /// <summary>The rest of the assumed cost, in nano-dollars.</summary>
    public long AssumedCostNanoUsd { get; private init; }

    /// <summary>1 in the quarter in which the session started, else 0.</summary>
    public int Sessions { get; private init; }

    /// <summary>The part that the cost summaries already include.</summary>
    public UsageAmounts Summarised { get; private init; } = new();

    /// <summary>Whether the cost summaries include all of it.</summary>
    public bool IsSummarised { get; private init; }

    /// <summary>The cost (USD).</summary>
    public MoneyTotal Cost => MoneyTotal.Of(CostBillionUsd, CostNanoUsd);

    /// <summary>The usage.</summary>
    public UsageSum Sum => new(
        new(InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens),
        UnpricedTokens,
        Cost,
        MoneyTotal.Of(ImputedCostBillionUsd, ImputedCostNanoUsd),
        Sessions)
    { AssumedCost = MoneyTotal.Of(AssumedCostBillionUsd, AssumedCostNanoUsd) };

    /// <summary>Creates the empty rollup with which a session starts, so that reports include sessions without usage.</summary>
    public static UsageRollup OfStart(Session session) =>
        Create(session.TeamId, QuarterOf(session.StartedAt), session.Id, session.Model ?? "", session.Labels.Id, new UsageSum { Sessions = 1 });

    /// <summary>Creates a rollup.</summary>
    public static UsageRollup Create(Guid teamId, DateTimeOffset quarterAt, long sessionId, string model, long labelSetId, UsageSum sum) => new()
    {
        TeamId = teamId,
        QuarterAt = quarterAt,
        SessionId = sessionId,
        Model = model,
        LabelSetId = labelSetId,
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

    /// <summary>Returns when the quarter of an hour that contains an instant began (UTC).</summary>
    public static DateTimeOffset QuarterOf(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks;
        return new DateTimeOffset(ticks - (ticks % Quarter.Ticks), TimeSpan.Zero);
    }
}
