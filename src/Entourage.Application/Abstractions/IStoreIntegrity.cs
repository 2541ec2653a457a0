namespace Entourage.Application.Abstractions;

/// <summary>Integrity checks that only one kind of store needs: SQLite accepts text and floating-point numbers in integer columns.</summary>
public interface IStoreIntegrity
{
    /// <summary>Finds amounts, token counts and instants that are not integers, at most a few dozen for each table.</summary>
    Task<IReadOnlyList<CorruptValue>> FindCorruptValuesAsync(CancellationToken cancellationToken);

    /// <summary>Replaces corrupt values of totals with integers, of any amount. A repair then sets them to the right amounts.</summary>
    Task CleanTotalsAsync(CancellationToken cancellationToken);
}

/// <summary>A stored value of the wrong type.</summary>
/// <param name="OrganisationId">The organisation of the row, if known.</param>
/// <param name="Row">The row and its columns, in words.</param>
/// <param name="IsTotal">Whether the value is a total, which can be recomputed, rather than a record.</param>
public sealed record CorruptValue(Guid? OrganisationId, string Row, bool IsTotal);
