using Entourage.Domain;

namespace Entourage.Infrastructure.Ledger;

/// <summary>Reads the columns of a row one after the other.</summary>
internal abstract class LedgerRow
{
    private int column;

    /// <summary>Begins again at the first column, on the next row.</summary>
    public LedgerRow Next()
    {
        column = 0;
        return this;
    }

    public Guid Id() => GetId(column++);

    public Guid? OptionalId() => TakeNull() ? null : Id();

    /// <summary>Passes over columns.</summary>
    public T? Skip<T>(int columns)
        where T : class
    {
        column += columns;
        return null;
    }

    public int? OptionalInt32() => TakeNull() ? null : Int32();

    public DateTimeOffset? Instant() => TakeNull() ? null : GetInstant(column++);

    public long Int64() => GetInt64(column++);

    public long? OptionalInt64() => TakeNull() ? null : Int64();

    public Money? Amount() => TakeNull() ? null : new Money(Int64());

    /// <summary>A total, from the two columns of its parts.</summary>
    public MoneyTotal Total() => MoneyTotal.Of(Int64(), Int64());

    public string? Text() => TakeNull() ? null : GetText(column++);

    public int Int32() => GetInt32(column++);

    public byte Byte() => GetByte(column++);

    public bool Flag() => GetFlag(column++);

    public byte[] Bytes() => GetBytes(column++);

    public T Name<T>()
        where T : struct, Enum => Enum.Parse<T>(GetText(column++));

    public T? OptionalName<T>()
        where T : struct, Enum => TakeNull() ? null : Name<T>();

    protected abstract bool IsNull(int column);

    protected abstract long GetInt64(int column);

    protected abstract int GetInt32(int column);

    protected abstract byte GetByte(int column);

    protected abstract bool GetFlag(int column);

    protected abstract string GetText(int column);

    protected abstract byte[] GetBytes(int column);

    protected abstract Guid GetId(int column);

    protected abstract DateTimeOffset GetInstant(int column);

    private bool TakeNull()
    {
        if (!IsNull(column))
        {
            return false;
        }

        column++;
        return true;
    }
}
