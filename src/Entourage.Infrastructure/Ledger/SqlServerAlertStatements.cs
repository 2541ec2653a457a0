using System.Data;
using Entourage.Domain.Alerts;
using Entourage.Infrastructure.Persistence;
using Entourage.Infrastructure.Persistence.Converters;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger;

/// <content>Those of alerts.</content>
internal static partial class SqlServerStatements
{
    public static SqlCommand SelectAlertKeys(IReadOnlyCollection<AlertKey> keys) => Repeat(
        LedgerAlertSql.SelectKey, keys, LedgerAlertSql.IsKey, " OR ", "", BindKey);

    public static SqlCommand SelectCost(Guid teamId, Guid agentId, DateTimeOffset from, DateTimeOffset until) => Single(LedgerAlertSql.SelectCost, row =>
    {
        row.Add("@team", SqlDbType.UniqueIdentifier, teamId);
        row.Add("@agent", SqlDbType.UniqueIdentifier, agentId);
        row.Add("@from", SqlDbType.DateTimeOffset, from);
        row.Add("@until", SqlDbType.DateTimeOffset, until);
    });

    public static SqlCommand InsertAlerts(IReadOnlyCollection<Alert> alerts) => Repeat(
        LedgerAlertSql.Insert, alerts, (row, alert) =>
        {
            BindKey(row, alert.Key);
            row.Add("@id", SqlDbType.UniqueIdentifier, alert.Id);
            row.Add("@agent", SqlDbType.UniqueIdentifier, alert.AgentId);
            row.Add("@session", SqlDbType.BigInt, alert.SessionId);
            row.Add("@task", SqlDbType.BigInt, alert.TaskId);
            row.Add("@message", SqlDbType.NVarChar, alert.Message, Alert.MessageLength);
            row.Add("@details", SqlDbType.NVarChar, AlertDetailsConverter.ToText(alert.Details), -1);
            row.Add("@status", SqlDbType.VarChar, alert.Status.ToString(), EntourageDb.NameLength);
            row.Add("@created", SqlDbType.DateTimeOffset, alert.CreatedAt);
            row.Add("@acknowledged", SqlDbType.DateTimeOffset, alert.AcknowledgedAt);
            row.Add("@version", SqlDbType.BigInt, alert.Version);
        });

    private static void BindKey(Row row, AlertKey key)
    {
        row.Add("@team", SqlDbType.UniqueIdentifier, key.TeamId);
        row.Add("@kind", SqlDbType.VarChar, key.Kind.ToString(), EntourageDb.NameLength);
        row.Add("@cause", SqlDbType.NVarChar, key.Cause, Alert.CauseLength);
        row.Add("@window", SqlDbType.VarChar, key.Window, Alert.WindowLength);
    }
}
