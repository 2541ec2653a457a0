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

    /// <summary>Inserts a label of a set, unless it is there.</summary>
    public static readonly RowStatement<LabelSetMember> Add = RowStatement<LabelSetMember>.Upsert(
        "LabelSets", Value.Equality, $"{OrganisationId.Equality} AND {LabelSetId.Equality} AND {Key.Equality}", New);
}
