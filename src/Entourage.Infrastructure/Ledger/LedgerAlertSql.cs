using Entourage.Domain;
using Entourage.Domain.Alerts;

namespace Entourage.Infrastructure.Ledger;

/// <summary>What some quarters of an hour cost.</summary>
internal sealed record CostInQuarters(MoneyTotal Cost);

/// <summary>The statements of alerts, which both databases understand, and how their rows are read.</summary>
internal static class LedgerAlertSql
{
    /// <summary>The rules of a team that stands in a row as t.</summary>
    public const string DetectorRules =
        "t.AlertThresholds, t.RunawayWindowMinutes, t.RunawayMaxTokens, t.RunawayMaxRepeatedErrors, t.RunawayAction";

    /// <summary>Wants a condition after it.</summary>
    public const string SelectKey = "SELECT TeamId, Kind, Cause, CauseWindow FROM Alerts WHERE ";

    public const string IsKey = "(TeamId = @team AND Kind = @kind AND Cause = @cause AND CauseWindow = @window)";

    public const string Insert =
        "INSERT INTO Alerts (Id, TeamId, AgentId, SessionId, TaskId, Kind, Cause, CauseWindow, Message, Details, Status, CreatedAt, "
        + "AcknowledgedAt, Version) VALUES (@id, @team, @agent, @session, @task, @kind, @cause, @window, @message, @details, @status, @created, "
        + "@acknowledged, @version)";

    /// <summary>What an agent's sessions cost in some quarters of an hour, in parts that never leave 64 bits.</summary>
    public const string SelectCost =
        "SELECT COALESCE(SUM(r.CostBillionUsd + r.ImputedCostBillionUsd), 0), "
        + "COALESCE(SUM(r.CostNanoUsd / 1000000000 + r.ImputedCostNanoUsd / 1000000000), 0), "
        + "COALESCE(SUM(r.CostNanoUsd % 1000000000 + r.ImputedCostNanoUsd % 1000000000), 0) "
        + "FROM UsageRollups r JOIN Sessions s ON s.Id = r.SessionId "
        + "WHERE r.TeamId = @team AND r.QuarterAt >= @from AND r.QuarterAt < @until AND s.AgentId = @agent";

    public static CostInQuarters ReadCost(LedgerRow row) => new(MoneyTotal.OfSums(row.Int64(), row.Int64(), row.Int64()));

    public static AlertKey ReadKey(LedgerRow row) => new(row.Id(), row.Name<AlertKind>(), row.Text()!, row.Text()!);

    // Members are read in the order of the columns.
    public static DetectorRules ReadWatchRules(LedgerRow row) => new()
    {
        Thresholds = AlertThresholds.Parse(row.Text()!),
        WindowMinutes = row.Int32(),
        MaxTokens = row.OptionalInt64(),
        MaxRepeatedErrors = row.OptionalInt32(),
        Action = row.Name<RunawayAction>(),
    };
}
