using System.Text.Json;
using Entourage.Application.Ledger;
using Entourage.Domain.Agents;
using Entourage.Domain.Alerts;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The sessions that start, and the active ones that the teamwork detectors compare them with.</summary>
internal static class StartSql
{
    public const string SelectChildren = $"SELECT s.Id FROM Sessions s WHERE s.Status = '{nameof(SessionStatus.Active)}' AND s.ParentSessionId ";

    private static readonly SelectList List = new();
    private static readonly Field<long> Id = List.Add("s", Column.Int64("Id"));
    private static readonly Field<Guid> AgentId = List.Add("s", Column.Id("AgentId"));
    private static readonly Field<long?> TaskId = List.Add("s", Column.OptionalInt64("TaskId"));
    private static readonly Field<string> Ancestors = List.Add("s", Column.Text("Ancestors", Column.Unlimited));

    private static readonly RowBinding<LedgerSession> New = new()
    {
        { Column.Id("TeamId"), session => session.Policy.TeamId },
        { Column.Id("AgentId"), session => session.Policy.AgentId },
        { Column.OptionalInt64("TaskId"), session => session.Policy.Task?.TaskId },
        { Column.OptionalInt64("ParentSessionId"), session => session.ParentSessionId },
        { Column.Text("Ancestors", Column.Unlimited), session => JsonSerializer.Serialize(session.Policy.SessionPath.Skip(1)) },
        { Column.OptionalText("Model", Agent.ModelLength), session => session.Model },
        { Column.Labels(), session => session.Labels },
        { Column.EnumName<SessionStatus>("Status"), session => session.State.Status },
        { Column.Instant("StartedAt"), session => session.StartedAt },
        { Column.OptionalInstant("EndedAt"), session => session.State.EndedAt },
        { Column.OptionalText("Error", Session.ErrorLength), session => session.State.Error },
        { Column.OptionalInstant("LastCallAt"), session => session.LastCallAt },
        { Column.OptionalInstant("LastRefusedAt"), _ => null },
        { Column.AsciiText("Watch", DetectorState.TextLength), session => session.DetectorText },
        {
            "InputTokens", "OutputTokens", "CacheReadTokens", "CacheWriteTokens", "CostBillionUsd", "Cost", "ImputedCostBillionUsd", "ImputedCost",
            "GatewayCalls", "RefusedCalls", "LoweredCalls", "FallbackCalls", "Version"
        },
    };

    public static readonly RowStatement<LedgerSession> Insert = RowStatement<LedgerSession>.Insert("Sessions", New);

    public static readonly string SelectActiveOnTask =
        $"SELECT {List} FROM Sessions s WHERE s.TaskId = @task AND s.Status = '{nameof(SessionStatus.Active)}' ORDER BY s.Id";

    public static ActiveSession ReadActive(SqlRow row) =>
        new(Id.Of(row), AgentId.Of(row), TaskId.Of(row), SessionPath.Of(Id.Of(row), Ancestors.Of(row))[^1]);
}

/// <summary>The agents that start sessions.</summary>
internal static class StartingAgentSql
{
    private static readonly SelectList List = new();
    private static readonly Field<string> Name = List.Add("a", Column.Text("Name", Column.Unlimited));
    private static readonly Field<string?> Model = List.Add("a", Column.OptionalText("Model", Agent.ModelLength));
    private static readonly Field<long> OrganisationVersion = List.Add("o", Column.Int64("Version"));
    private static readonly Field<DateTimeOffset?> MovesAt = List.Add("a", Column.OptionalInstant("MovesAt"));
    private static readonly DetectorRuleFields DetectorRules = new(List);
    private static readonly PolicyFields Policy = new(List);
    private static readonly PauseSql.AllFields Pauses = new(List);

    /// <summary>To be followed by a comparison of the agent's id.</summary>
    public static readonly string Select =
        $"SELECT {List} FROM Agents a JOIN Teams t ON t.Id = a.TeamId JOIN Organisations o ON o.Id = t.OrganisationId WHERE a.Id ";

    public static StartingAgent Read(SqlRow row) => new(
        Name.Of(row), Model.Of(row), Policy.Read(row), Pauses.Read(row), DetectorRules.Read(row), OrganisationVersion.Of(row), MovesAt.Of(row));
}

/// <summary>The tasks on which sessions start.</summary>
internal static class StartingTaskSql
{
    /// <summary>The unfinished tasks that tasks depend on. To be followed by a comparison of the dependent task's number.</summary>
    public const string SelectBlockers =
        $"SELECT d.TaskId, k.Id FROM TaskDependencies d JOIN Tasks k ON k.Id = d.DependsOnId WHERE k.Status <> '{nameof(WorkTaskStatus.Done)}' AND d.TaskId ";

    private static readonly SelectList List = new();
    private static readonly TaskFields Cap = new(List);
    private static readonly Field<Guid> TeamId = List.Add("k", Column.Id("TeamId"));
    private static readonly Field<string> Title = List.Add("k", Column.Text("Title", Column.Unlimited));

    /// <summary>To be followed by a comparison of the task's number.</summary>
    public static readonly string Select = $"SELECT {List} FROM Tasks k WHERE k.Id ";

    /// <summary>Reads a task without its blockers.</summary>
    public static StartingTask Read(SqlRow row) => new(Cap.Read(row)!, TeamId.Of(row), Title.Of(row), []);

    /// <summary>Reads a task and one of its blockers.</summary>
    public static (long TaskId, long BlockerId) ReadBlocker(SqlRow row) => (row.Int64(0), row.Int64(1));
}

/// <summary>The one-time tokens to start sessions below others.</summary>
internal static class ChildTokenSql
{
    private static readonly Column<byte[]> TokenHash = Column.Hash("TokenHash");

    private static readonly SelectList List = new();
    private static readonly Field<byte[]> Hash = List.Add(TokenHash);
    private static readonly Field<long> SessionId = List.Add(Column.Int64("SessionId"));
    private static readonly Field<Guid?> AgentId = List.Add(Column.OptionalId("AgentId"));
    private static readonly Field<DateTimeOffset> ExpiresAt = List.Add(Column.Instant("ExpiresAt"));

    /// <summary>To be followed by a comparison of the token's hash.</summary>
    public static readonly string Select = $"SELECT {List} FROM ChildTokens WHERE {TokenHash.Name} ";

    /// <summary>Deletes a used token, unless it was used meanwhile.</summary>
    public static readonly RowStatement<ChildToken> Delete = RowStatement<ChildToken>.Delete(
        "ChildTokens", TokenHash.Equality, new() { { TokenHash, token => token.TokenHash } });

    public static ChildToken Read(SqlRow row) => new()
    {
        TokenHash = Hash.Of(row),
        SessionId = SessionId.Of(row),
        AgentId = AgentId.Of(row),
        ExpiresAt = ExpiresAt.Of(row),
    };
}
