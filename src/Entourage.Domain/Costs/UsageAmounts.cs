namespace Entourage.Domain.Costs;

/// <summary>A <see cref="UsageSum"/> as it is stored: plain numbers, so that the store can add them up.</summary>
public sealed record UsageAmounts
{
    /// <summary>Input tokens.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Cache-read tokens.</summary>
    public long CacheReadTokens { get; init; }

    /// <summary>Cache-write tokens.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>Tokens of all classes whose cost nobody knows yet.</summary>
    public long UnpricedTokens { get; init; }

    /// <summary>The whole billions (10⁹) of dollars of the cost; nearly always none.</summary>
    public long CostBillionUsd { get; init; }

    /// <summary>The cost beyond these, in nano-dollars.</summary>
    public long CostNanoUsd { get; init; }

    /// <summary>The whole billions (10⁹) of dollars of the imputed cost of usage under a subscription; nearly always none.</summary>
    public long ImputedCostBillionUsd { get; init; }

    /// <summary>The imputed cost beyond these, in nano-dollars.</summary>
    public long ImputedCostNanoUsd { get; init; }

    /// <summary>The whole billions (10⁹) of dollars of the part of the cost that is assumed; nearly always none.</summary>
    public long AssumedCostBillionUsd { get; init; }

    /// <summary>The assumed cost beyond these, in nano-dollars.</summary>
    public long AssumedCostNanoUsd { get; init; }

    /// <summary>How many sessions began.</summary>
    public int Sessions { get; init; }

    /// <summary>The amounts of a sum.</summary>
    public static UsageAmounts Of(UsageSum sum) => new()
    {
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

    /// <summary>The sum.</summary>
    public UsageSum ToSum() => new(
        new(InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens),
        UnpricedTokens,
        MoneyTotal.Of(CostBillionUsd, CostNanoUsd),
        MoneyTotal.Of(ImputedCostBillionUsd, ImputedCostNanoUsd),
        Sessions)
    { AssumedCost = MoneyTotal.Of(AssumedCostBillionUsd, AssumedCostNanoUsd) };
}
