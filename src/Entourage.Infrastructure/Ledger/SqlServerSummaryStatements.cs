using System.Data;
using Entourage.Application.Ledger;
using Entourage.Domain.Costs;
using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger;

/// <content>The statements that keep the cost summaries.</content>
internal static partial class SqlServerStatements
{
    private const string AddToSummary =
        "UPDATE CostSummaries SET " + SummarySql.SummarySums + " WHERE SubjectId = @subject AND Heading = @heading AND Day = @day "
        + "AND Item = @item; IF @@ROWCOUNT = 0 " + SummarySql.InsertSummary;

    public static SqlCommand SelectUnsummarised(Guid organisationId) =>
        Single($"SELECT TOP ({SummarySql.PieceSize}) {SummarySql.Unsummarised}", row => BindOrganisation(row, organisationId));

    /// <summary>Adds to cost summaries, or makes them.</summary>
    public static SqlCommand AddToSummaries(IReadOnlyCollection<KeyValuePair<CostSummaryKey, UsageSum>> sums) => Repeat(
        AddToSummary, sums, (row, sum) =>
        {
            row.Add("@subject", SqlDbType.UniqueIdentifier, sum.Key.SubjectId);
            row.Add("@heading", SqlDbType.TinyInt, (byte)sum.Key.Heading);
            row.Add("@day", SqlDbType.Int, DayConverter.ToNumber(sum.Key.Day));
            row.Add("@item", SqlDbType.NVarChar, sum.Key.Item, CostSummary.ItemLength);
            row.Add("@sessions", SqlDbType.Int, sum.Value.Sessions);
            BindRollup(row, sum.Value);
        });

    public static SqlCommand MarkSummarised(IReadOnlyCollection<LedgerBucket> rollups) => Repeat(SummarySql.MarkSummarised, rollups, BindBucket);
}
