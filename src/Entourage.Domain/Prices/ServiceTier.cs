namespace Entourage.Domain.Prices;

/// <summary>
/// The service tiers of providers that have rates of their own. A tier is priced like a model whose name ends with the tier: the rates of
/// <c>claude-opus-5</c> in fast mode are those of <c>claude-opus-5-fast</c>.
/// </summary>
public static class ServiceTier
{
    /// <summary>The standard tier, whose rates are those of the model itself.</summary>
    public const string Standard = "standard";

    /// <summary>Faster and dearer: Anthropic's fast mode and OpenAI's, which was called priority processing.</summary>
    public const string Fast = "fast";

    /// <summary>Slower and cheaper.</summary>
    public const string Flex = "flex";

    /// <summary>Whether a tier never costs more than the standard one, so that the standard rates bound it if it has none of its own.</summary>
    public static bool IsCheaper(string tier) => tier == Flex;

    /// <summary>The name under which the rates of a model in a tier are listed.</summary>
    public static string NameOf(string model, string tier) => $"{model}-{tier}";
}
