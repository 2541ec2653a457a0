using System.Data.Common;
using Entourage.Domain;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>Reads the columns of a row one after the other.</summary>
/// <param name="reader">Stands on the row.</param>
internal abstract class LedgerRow(DbDataReader reader)
{
    private int column;

    protected DbDataReader Reader { get; } = reader;

    /// <summary>Begins again at the first column, on the next row.</summary>
    public LedgerRow Next()
    {
        column = 0;
        return this;
    }

    public abstract Guid Id();

    public abstract DateTimeOffset? Instant();

    public long Int64() => Reader.GetInt64(column++);

    public long? OptionalInt64() => TakeNull() ? null : Reader.GetInt64(column++);

    public Money? Amount() => TakeNull() ? null : new Money(Reader.GetInt64(column++));

    public string? Text() => TakeNull() ? null : Reader.GetString(column++);

    public int Int32() => Reader.GetInt32(column++);

    public byte Byte() => Reader.GetByte(column++);

    public bool Flag() => Reader.GetBoolean(column++);

    public byte[] Bytes() => Reader.GetFieldValue<byte[]>(column++);

    public T Name<T>()
        where T : struct, Enum => Enum.Parse<T>(Reader.GetString(column++));

    public T? OptionalName<T>()
        where T : struct, Enum => TakeNull() ? null : Name<T>();

    protected int Take() => column++;

    protected bool TakeNull()
    {
        if (!Reader.IsDBNull(column))
        {
            return false;
        }

        column++;
        return true;
    }
}
