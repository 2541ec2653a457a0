namespace Entourage.Domain.Costs;

/// <summary>The stored form of a <see cref="UsageSum"/>: plain numbers, so that the store can add them.</summary>
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

    /// <summary>Tokens of all classes that have no price yet.</summary>
    public long UnpricedTokens { get; init; }

    /// <summary>The cost's whole billions (10⁹) of dollars; nearly always 0.</summary>
    public long CostBillionUsd { get; init; }

    /// <summary>The rest of the cost, in nano-dollars.</summary>
    public long CostNanoUsd { get; init; }

    /// <summary>The imputed cost's whole billions (10⁹) of dollars; nearly always 0.</summary>
    public long ImputedCostBillionUsd { get; init; }

    /// <summary>The rest of the imputed cost, in nano-dollars.</summary>
    public long ImputedCostNanoUsd { get; init; }

    /// <summary>The assumed cost's whole billions (10⁹) of dollars; nearly always 0.</summary>
    public long AssumedCostBillionUsd { get; init; }

    /// <summary>The rest of the assumed cost, in nano-dollars.</summary>
    public long AssumedCostNanoUsd { get; init; }

    /// <summary>The number of sessions that started.</summary>
    public int Sessions { get; init; }

    /// <summary>Converts a sum to its stored form.</summary>
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

    /// <summary>Converts the stored form to a sum.</summary>
    public UsageSum ToSum() => new(
        new(InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens),
        UnpricedTokens,
        MoneyTotal.Of(CostBillionUsd, CostNanoUsd),
        MoneyTotal.Of(ImputedCostBillionUsd, ImputedCostNanoUsd),
        Sessions)
    { AssumedCost = MoneyTotal.Of(AssumedCostBillionUsd, AssumedCostNanoUsd) };
}
