using Entourage.Domain.Alerts;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>The statements of alerts, which both databases understand, and how their rows are read.</summary>
internal static class LedgerAlertSql
{
    /// <summary>The rules of a team that stands in a row as t.</summary>
    public const string WatchRules =
        "t.AlertThresholds, t.RunawayWindowMinutes, t.RunawayMaxTokens, t.RunawayMaxRepeatedErrors, t.RunawayAction";

    /// <summary>Wants a condition after it.</summary>
    public const string SelectKey = "SELECT TeamId, Kind, Cause, CauseWindow FROM Alerts WHERE ";

    public const string IsKey = "(TeamId = @team AND Kind = @kind AND Cause = @cause AND CauseWindow = @window)";

    public const string Insert =
        "INSERT INTO Alerts (Id, TeamId, AgentId, SessionId, TaskId, Kind, Cause, CauseWindow, Message, Details, Status, CreatedAt, "
        + "AcknowledgedAt, Version) VALUES (@id, @team, @agent, @session, @task, @kind, @cause, @window, @message, @details, @status, @created, "
        + "@acknowledged, @version)";

    public static AlertKey ReadKey(LedgerRow row) => new(row.Id(), row.Name<AlertKind>(), row.Text()!, row.Text()!);

    // Members are read in the order of the columns.
    public static WatchRules ReadWatchRules(LedgerRow row) => new()
    {
        Thresholds = AlertThresholds.Parse(row.Text()!),
        WindowMinutes = row.Int32(),
        MaxTokens = row.OptionalInt64(),
        MaxRepeatedErrors = row.OptionalInt32(),
        Action = row.Name<RunawayAction>(),
    };
}
