namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>Receives the parameters of a statement, by the types of their columns.</summary>
internal interface IParameters
{
    void BindInt64(string name, long? value);

    void BindInt32(string name, int? value);

    void BindByte(string name, byte value);

    void BindFlag(string name, bool value);

    /// <param name="name">The parameter.</param>
    /// <param name="value">The text.</param>
    /// <param name="length">The maximum length of the column; -1 for no maximum.</param>
    /// <param name="isUnicode">Whether the column holds more than ASCII.</param>
    void BindText(string name, string? value, int length, bool isUnicode);

    void BindBytes(string name, byte[] value);

    /// <summary>Binds a long text, which SQL Server stores compressed.</summary>
    void BindCompressedText(string name, string value);

    void BindId(string name, Guid? value);

    void BindInstant(string name, DateTimeOffset? value);
}
