namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The current row of a query. A <see cref="Field{T}"/> knows the ordinal of its column.</summary>
internal abstract class SqlRow
{
    public abstract bool IsNull(int ordinal);

    public abstract long Int64(int ordinal);

    public abstract int Int32(int ordinal);

    public abstract byte Byte(int ordinal);

    public abstract bool Flag(int ordinal);

    public abstract string Text(int ordinal);

    public abstract byte[] Bytes(int ordinal);

    /// <summary>Reads a long text, which SQL Server stores compressed.</summary>
    public abstract string CompressedText(int ordinal);

    public abstract Guid Id(int ordinal);

    public abstract DateTimeOffset Instant(int ordinal);

    public long? OptionalInt64(int ordinal) => IsNull(ordinal) ? null : Int64(ordinal);
}
