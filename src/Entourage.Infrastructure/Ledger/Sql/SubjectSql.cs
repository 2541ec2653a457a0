using Entourage.Application.Ledger;
using Entourage.Domain.Budgets;
using Entourage.Domain.Labels;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>An agent with its newest active session and that session's task, and with its newest session if that was killed lately.</summary>
internal static class SubjectSql
{
    private static readonly SelectList List = new();
    private static readonly Field<long?> SessionId = List.Add("s", Column.OptionalInt64("Id"));
    private static readonly Field<string?> Ancestors = List.Add("s", Column.OptionalText("Ancestors", Column.Unlimited));
    private static readonly Field<long?> KilledSessionId = List.Add("x", Column.OptionalInt64("Id"));
    private static readonly Field<string?> Model = List.Add("COALESCE((SELECT COALESCE(c.Model, '') FROM Sessions c WHERE c.Id = @session), CASE WHEN s.Id IS NULL THEN a.Model ELSE COALESCE(s.Model, '') END)", static (row, i) => row.IsNull(i) ? null : row.Text(i));
    private static readonly Field<LabelSet> Labels = List.Add("COALESCE((SELECT c.Labels FROM Sessions c WHERE c.Id = @session), s.Labels, '')", static (row, i) => LabelSet.Parse(row.Text(i)));
    private static readonly Field<long> OrganisationVersion = List.Add("o", Column.Int64("Version"));
    private static readonly TaskFields Task = new(List);
    private static readonly PolicyFields Policy = new(List);
    private static readonly PauseSql.AllFields Pauses = new(List);

    public static readonly string Select =
        $"SELECT {List} FROM Agents a "
        // A named task decides in whose team the agent works.
        + "LEFT JOIN Sessions s ON s.Id = (SELECT MAX(n.Id) FROM Sessions n WHERE n.AgentId = @newestOf AND n.Status = 'Active' "
        + "AND (@task IS NULL OR n.TeamId = (SELECT q.TeamId FROM Tasks q WHERE q.Id = @task))) "
        // A session from before a move of its agent counts in its own team.
        + "JOIN Teams t ON t.Id = COALESCE((SELECT c.TeamId FROM Sessions c WHERE c.Id = @session), s.TeamId, a.TeamId) "
        + "JOIN Organisations o ON o.Id = t.OrganisationId "
        + "LEFT JOIN Sessions x ON x.Id = (SELECT MAX(n.Id) FROM Sessions n WHERE n.AgentId = a.Id AND n.Status = 'Killed') "
        + "AND x.EndedAt > @killedSince AND NOT EXISTS (SELECT 1 FROM Sessions l WHERE l.AgentId = a.Id AND l.Id > x.Id) "
        + "LEFT JOIN Tasks k ON k.Id = s.TaskId WHERE a.Id = @agent";

    /// <summary>The session whose team applies; null for the newest active one or none.</summary>
    public static long? SessionOf(BudgetSubject subject) => subject.Session is { UseNewestActive: false, Path: [var id, ..] } ? id : null;

    /// <summary>The agent whose newest active session applies; null for none.</summary>
    public static Guid? NewestOf(BudgetSubject subject) => subject.Session.UseNewestActive ? subject.AgentId : null;

    public static LedgerAgent Read(SqlRow row) => new(
        Policy.Read(row) with { Model = Model.Of(row) ?? "", Labels = Labels.Of(row) },
        Pauses.Read(row),
        SessionId.Of(row) is { } id ? SessionPath.Of(id, Ancestors.Of(row)!) : [],
        Task.Read(row),
        WasKilled: KilledSessionId.Of(row) is not null,
        OrganisationVersion.Of(row));
}

/// <summary>The cap of a task of a team.</summary>
internal static class TaskSql
{
    private static readonly SelectList List = new();
    private static readonly TaskFields Task = new(List);

    public static readonly string Select = $"SELECT {List} FROM Tasks k WHERE k.Id = @task AND k.TeamId = @team";

    public static TaskCap Read(SqlRow row) => Task.Read(row)!;
}
