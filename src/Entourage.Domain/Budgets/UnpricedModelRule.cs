namespace Entourage.Domain.Budgets;

/// <summary>What becomes of work on a model that has no price.</summary>
public enum UnpricedModelRule
{
    /// <summary>Usage without a stated cost counts at the operator's assumed rates, until a price corrects it (rule 14).</summary>
    Assume,

    /// <summary>Usage without a stated cost is recorded as unpriced and counts as nothing, until a price corrects it.</summary>
    Record,

    /// <summary>Sessions and reservations are refused; usage is recorded all the same, since that money is gone.</summary>
    Refuse,
}
