using Entourage.Domain;
using Entourage.Domain.Alerts;
using Entourage.Infrastructure.Persistence.Converters;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The alerts.</summary>
internal static class AlertSql
{
    private static readonly Column<Guid> TeamId = Column.Id("TeamId");
    private static readonly Column<AlertKind> Kind = Column.EnumName<AlertKind>("Kind");
    private static readonly Column<string> Cause = Column.Text("Cause", Alert.CauseLength);
    private static readonly Column<string> Window = Column.AsciiText("CauseWindow", Alert.WindowLength);

    private static readonly SelectList KeyList = new();
    private static readonly Field<Guid> TeamIdField = KeyList.Add(TeamId);
    private static readonly Field<AlertKind> KindField = KeyList.Add(Kind);
    private static readonly Field<string> CauseField = KeyList.Add(Cause);
    private static readonly Field<string> WindowField = KeyList.Add(Window);

    /// <summary>The unique key of an alert.</summary>
    public static readonly RowBinding<AlertKey> Key = new()
    {
        { TeamId, key => key.TeamId },
        { Kind, key => key.Kind },
        { Cause, key => key.Cause },
        { Window, key => key.Window },
    };

    private static readonly RowBinding<Alert> New = new()
    {
        { Key, alert => alert.Key },
        { Column.Id("Id"), alert => alert.Id },
        { Column.OptionalId("AgentId"), alert => alert.AgentId },
        { Column.OptionalInt64("SessionId"), alert => alert.SessionId },
        { Column.OptionalInt64("TaskId"), alert => alert.TaskId },
        { Column.Text("Message", Alert.MessageLength), alert => alert.Message },
        { Column.Text("Details", Column.Unlimited), alert => AlertDetailsConverter.ToText(alert.Details) },
        { Column.EnumName<AlertStatus>("Status"), alert => alert.Status },
        { Column.Instant("CreatedAt"), alert => alert.CreatedAt },
        { Column.OptionalInstant("ClosesAt"), alert => alert.ClosesAt },
        { Column.OptionalInstant("AcknowledgedAt"), alert => alert.AcknowledgedAt },
        { Column.OptionalText("AcknowledgedBy", Alert.AcknowledgedByLength), alert => alert.AcknowledgedBy },
        { Column.Int64("Version"), alert => alert.Version },
    };

    public static readonly string KeyColumns = KeyList.ToString();

    public static readonly string IsKey = $"{TeamId.Equality} AND {Kind.Equality} AND {Cause.Equality} AND {Window.Equality}";

    public static readonly RowStatement<Alert> Insert = RowStatement<Alert>.Insert("Alerts", New);

    public static AlertKey ReadKey(SqlRow row) => new(TeamIdField.Of(row), KindField.Of(row), CauseField.Of(row), WindowField.Of(row));
}

/// <summary>The cost of an agent's sessions in some quarters of an hour (USD).</summary>
internal sealed record CostInQuarters(MoneyTotal Cost);

/// <summary>The cost of an agent's sessions in some quarters of an hour, imputed costs included.</summary>
internal static class AgentCostSql
{
    private static readonly SelectList List = new();

    // Summed in parts, so that no sum overflows 64 bits.
    private static readonly Field<long> BillionUsd = Sum("r.CostBillionUsd + r.ImputedCostBillionUsd");
    private static readonly Field<long> Usd = Sum("r.CostNanoUsd / 1000000000 + r.ImputedCostNanoUsd / 1000000000");
    private static readonly Field<long> NanoUsd = Sum("r.CostNanoUsd % 1000000000 + r.ImputedCostNanoUsd % 1000000000");

    public static readonly string Select =
        $"SELECT {List} FROM UsageRollups r JOIN Sessions s ON s.Id = r.SessionId "
        + "WHERE r.TeamId = @team AND r.QuarterAt >= @from AND r.QuarterAt < @until AND s.AgentId = @agent";

    public static CostInQuarters Read(SqlRow row) => new(MoneyTotal.OfSums(BillionUsd.Of(row), Usd.Of(row), NanoUsd.Of(row)));

    private static Field<long> Sum(string expression) => List.Add($"COALESCE(SUM({expression}), 0)", static (row, i) => row.Int64(i));
}
