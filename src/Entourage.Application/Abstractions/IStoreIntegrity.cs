namespace Entourage.Application.Abstractions;

/// <summary>What only one kind of store can say of itself: SQLite lets text and floating-point numbers into columns of whole numbers.</summary>
public interface IStoreIntegrity
{
    /// <summary>Finds values of money, tokens and instants that are no whole numbers; at most a few dozen for each table.</summary>
    Task<IReadOnlyList<CorruptValue>> FindCorruptValuesAsync(CancellationToken cancellationToken);

    /// <summary>Makes whole numbers of the corrupt values of totals, whatever they come to: a repair sets them right afterwards.</summary>
    Task CleanTotalsAsync(CancellationToken cancellationToken);
}

/// <summary>A value that is not of its column's type.</summary>
/// <param name="OrganisationId">Whose row it is, where that is known.</param>
/// <param name="Row">Which row and columns, in words.</param>
/// <param name="IsTotal">Whether it is a total, which can be computed anew, and not a record.</param>
public sealed record CorruptValue(Guid? OrganisationId, string Row, bool IsTotal);
