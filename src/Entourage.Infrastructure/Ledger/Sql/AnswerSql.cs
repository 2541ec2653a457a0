using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The stored answers to idempotency keys.</summary>
internal static class AnswerSql
{
    private static readonly Column<byte[]> KeyHash = Column.Hash("KeyHash");
    private static readonly Column<byte[]> RequestHash = Column.Hash("RequestHash");
    private static readonly Column<string> Response = Column.CompressedText("Response");
    private static readonly Column<DateTimeOffset> CreatedAt = Column.Instant("CreatedAt");

    private static readonly SelectList List = new();
    private static readonly Field<byte[]> KeyHashField = List.Add(KeyHash);
    private static readonly Field<byte[]> RequestHashField = List.Add(RequestHash);
    private static readonly Field<string> ResponseField = List.Add(Response);
    private static readonly Field<DateTimeOffset> CreatedAtField = List.Add(CreatedAt);

    private static readonly RowBinding<IdempotentAnswer> New = new()
    {
        { KeyHash, answer => answer.KeyHash },
        { RequestHash, answer => answer.RequestHash },
        { Response, answer => answer.Response },
        { CreatedAt, answer => answer.CreatedAt },
    };

    /// <summary>To be followed by a comparison of the key's hash.</summary>
    public static readonly string Select = $"SELECT {List} FROM IdempotentAnswers WHERE {KeyHash.Name} ";

    public static readonly RowStatement<IdempotentAnswer> Insert = RowStatement<IdempotentAnswer>.Insert("IdempotentAnswers", New);

    /// <summary>Changes an answer, unless it has changed since it was read.</summary>
    public static readonly RowStatement<AnswerChange> Update = RowStatement<AnswerChange>.Update(
        "IdempotentAnswers",
        $"{RequestHash.Equality}, {Response.Equality}, {CreatedAt.Equality}",
        $"{KeyHash.Equality} AND {RequestHash.Before.Equality}",
        new()
        {
            { New, change => change.After },
            { RequestHash.Before, change => change.Before.RequestHash },
        });

    public static IdempotentAnswer Read(SqlRow row) =>
        new(KeyHashField.Of(row), RequestHashField.Of(row), ResponseField.Of(row), CreatedAtField.Of(row));
}
