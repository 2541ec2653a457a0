using Entourage.Application.Ledger;
using Entourage.Domain.Labels;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The labels of the sets that sessions and usages have.</summary>
internal static class LabelSql
{
    private static readonly Column<Guid> OrganisationId = Column.Id("OrganisationId");
    private static readonly Column<long> LabelSetId = Column.Int64("LabelSetId");
    private static readonly Column<string> Key = Column.AsciiText("LabelKey", LabelSet.KeyLength);
    private static readonly Column<string> Value = Column.Text("LabelValue", LabelSet.ValueLength);

    private static readonly RowBinding<LabelSetMember> New = new()
    {
        { OrganisationId, member => member.OrganisationId },
        { LabelSetId, member => member.LabelSetId },
        { Key, member => member.Key },
        { Value, member => member.Value },
    };

    private static readonly SelectList List = new();
    private static readonly Field<Guid> OrganisationIdField = List.Add(OrganisationId);
    private static readonly Field<long> LabelSetIdField = List.Add(LabelSetId);
    private static readonly Field<string> KeyField = List.Add(Key);
    private static readonly Field<string> ValueField = List.Add(Value);

    /// <summary>The key of a set.</summary>
    public static readonly RowBinding<LabelSetKey> Set = new()
    {
        { OrganisationId, set => set.OrganisationId },
        { LabelSetId, set => set.Id },
    };

    public static readonly string Columns = List.ToString();

    public static readonly string IsOfSet = $"{OrganisationId.Equality} AND {LabelSetId.Equality}";

    /// <summary>Inserts a label of a set, unless it is there.</summary>
    public static readonly RowStatement<LabelSetMember> Add = RowStatement<LabelSetMember>.Upsert(
        "LabelSets", Value.Equality, $"{OrganisationId.Equality} AND {LabelSetId.Equality} AND {Key.Equality}", New);

    public static StoredLabel Read(SqlRow row) =>
        new(new(OrganisationIdField.Of(row), LabelSetIdField.Of(row)), new(KeyField.Of(row), ValueField.Of(row)));
}
