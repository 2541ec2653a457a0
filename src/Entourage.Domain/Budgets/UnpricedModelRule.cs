namespace Entourage.Domain.Budgets;

/// <summary>What happens to work on a model without a price.</summary>
public enum UnpricedModelRule
{
    /// <summary>Usage without a stated cost counts at the operator's assumed rates until a price corrects it (rule 14).</summary>
    Assume,

    /// <summary>Usage without a stated cost is recorded as unpriced and counts as zero until a price corrects it.</summary>
    Record,

    /// <summary>Sessions and reservations are refused. Usage is recorded anyway, because that money is already spent.</summary>
    Refuse,
}
