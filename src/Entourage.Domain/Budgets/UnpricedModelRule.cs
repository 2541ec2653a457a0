namespace Entourage.Domain.Budgets;

/// <summary>What becomes of work on a model that has no price.</summary>
public enum UnpricedModelRule
{
    /// <summary>Its usage is recorded as unpriced, unless the caller states a cost.</summary>
    Record,

    /// <summary>Sessions and reservations are refused; usage is recorded all the same, since that money is gone.</summary>
    Refuse,
}
