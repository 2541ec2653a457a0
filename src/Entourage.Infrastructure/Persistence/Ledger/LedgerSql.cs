using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Domain;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;

namespace Entourage.Infrastructure.Persistence.Ledger;

/// <summary>
/// The statements that both databases understand, and how their rows are read: the columns of a statement and the reads of
/// its row stand in one order.
/// </summary>
internal static class LedgerSql
{
    public const string Session =
        "s.Id, a.Name, k.Title, s.ParentSessionId, s.Ancestors, s.Model, s.Status, s.StartedAt, s.EndedAt, s.Error, "
        + "s.InputTokens, s.OutputTokens, s.CacheReadTokens, s.CacheWriteTokens, s.Cost, s.ImputedCost, "
        + Task + ", " + Policy;

    public const string Task = "k.Id, k.OwnLimit, k.TaskType";

    public const string Policy =
        "o.Id, o.DailyLimit, o.MonthlyLimit, t.Id, t.Timezone, t.DailyLimit, t.WeeklyLimit, t.MonthlyLimit, t.TaskLimit, t.SessionLimit, "
        + "t.AgentDailyLimit, t.ApplyGuidelineBudgets, t.Enforcement, a.Id, a.DailyLimit";

    public const string SessionSource =
        "FROM Sessions s JOIN Agents a ON a.Id = s.AgentId JOIN Teams t ON t.Id = s.TeamId "
        + "JOIN Organisations o ON o.Id = t.OrganisationId LEFT JOIN Tasks k ON k.Id = s.TaskId";

    /// <summary>An agent, with its newest active session and that one's task where there is one.</summary>
    public const string SelectSubject =
        "SELECT s.Id, s.Ancestors, " + Task + ", " + Policy + " FROM Agents a JOIN Teams t ON t.Id = a.TeamId "
        + "JOIN Organisations o ON o.Id = t.OrganisationId "
        + "LEFT JOIN Sessions s ON s.Id = (SELECT MAX(n.Id) FROM Sessions n WHERE n.AgentId = a.Id AND n.Status = 'Active') "
        + "LEFT JOIN Tasks k ON k.Id = s.TaskId WHERE a.Id = @agent";

    public const string SelectTask = "SELECT " + Task + " FROM Tasks k WHERE k.Id = @task AND k.TeamId = @team";

    public const string SelectRecorded = "SELECT 1 FROM UsageRecords WHERE SessionId = @session AND Id = @id";

    /// <summary>Wants a comparison of the key after it.</summary>
    public const string SelectAnswers = "SELECT KeyHash, RequestHash, Response, CreatedAt FROM IdempotentAnswers WHERE KeyHash ";

    public const string InsertAnswer =
        "INSERT INTO IdempotentAnswers (KeyHash, RequestHash, Response, CreatedAt) VALUES (@key, @request, @response, @created)";

    public const string InsertRecord =
        "INSERT INTO UsageRecords (Id, SessionId, OccurredAt, RecordedAt, Model, InputTokens, OutputTokens, CacheReadTokens, "
        + "CacheWriteTokens, Cost, CostSource, Billing, Error) VALUES (@id, @session, @occurred, @recorded, @model, @input, @output, "
        + "@cacheRead, @cacheWrite, @cost, @source, @billing, @error)";

    public const string InsertRollup =
        "INSERT INTO UsageRollups (TeamId, QuarterAt, SessionId, Model, InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens, "
        + "UnpricedTokens, CostNanoUsd, ImputedCostNanoUsd) VALUES (@team, @quarter, @session, @model, @input, @output, @cacheRead, "
        + "@cacheWrite, @unpriced, @cost, @imputed)";

    public const string RollupSums =
        "InputTokens = InputTokens + @input, OutputTokens = OutputTokens + @output, CacheReadTokens = CacheReadTokens + @cacheRead, "
        + "CacheWriteTokens = CacheWriteTokens + @cacheWrite, UnpricedTokens = UnpricedTokens + @unpriced, "
        + "CostNanoUsd = CostNanoUsd + @cost, ImputedCostNanoUsd = ImputedCostNanoUsd + @imputed";

    public const string AddToSession =
        "UPDATE Sessions SET InputTokens = InputTokens + @input, OutputTokens = OutputTokens + @output, "
        + "CacheReadTokens = CacheReadTokens + @cacheRead, CacheWriteTokens = CacheWriteTokens + @cacheWrite, Cost = Cost + @cost, "
        + "ImputedCost = ImputedCost + @imputed WHERE Id = @session";

    public static IdempotentAnswer ReadAnswer(LedgerRow row) => new(row.Bytes(), row.Bytes(), row.Text()!, row.Instant()!.Value);

    public static LedgerSession ReadSession(LedgerRow row)
    {
        var id = row.Int64();
        var session = new
        {
            AgentName = row.Text()!,
            TaskTitle = row.Text(),
            ParentSessionId = row.OptionalInt64(),
            Ancestors = row.Text()!,
            Model = row.Text(),
            Status = row.Name<SessionStatus>(),
            StartedAt = row.Instant()!.Value,
            EndedAt = row.Instant(),
            Error = row.Text(),
            Tokens = new TokenCounts(row.Int64(), row.Int64(), row.Int64(), row.Int64()),
            Cost = row.Amount()!.Value,
            ImputedCost = row.Amount()!.Value,
        };
        var task = ReadTask(row);
        return new()
        {
            Id = id,
            AgentName = session.AgentName,
            TaskTitle = session.TaskTitle,
            ParentSessionId = session.ParentSessionId,
            Model = session.Model,
            Status = session.Status,
            StartedAt = session.StartedAt,
            EndedAt = session.EndedAt,
            Error = session.Error,
            Tokens = session.Tokens,
            Cost = session.Cost,
            ImputedCost = session.ImputedCost,
            Policy = ReadPolicy(row) with { Task = task, SessionPath = PathOf(id, session.Ancestors) },
        };
    }

    public static LedgerSubject ReadSubject(LedgerRow row)
    {
        var sessionId = row.OptionalInt64();
        var ancestors = row.Text();
        var task = ReadTask(row);
        return new(ReadPolicy(row), sessionId is null ? [] : PathOf(sessionId.Value, ancestors!), task);
    }

    public static TaskCap? ReadTask(LedgerRow row)
    {
        var (id, ownLimit, type) = (row.OptionalInt64(), row.Amount(), row.OptionalName<TaskType>());
        return id is null ? null : new TaskCap(id.Value, ownLimit, type!.Value);
    }

    // Members are read in the order of the columns.
    private static BudgetPolicy ReadPolicy(LedgerRow row) => new()
    {
        OrganisationId = row.Id(),
        OrganisationLimits = new() { Daily = row.Amount(), Monthly = row.Amount() },
        TeamId = row.Id(),
        Timezone = row.Text()!,
        TeamLimits = new()
        {
            Daily = row.Amount(),
            Weekly = row.Amount(),
            Monthly = row.Amount(),
            Task = row.Amount(),
            Session = row.Amount(),
            AgentDaily = row.Amount(),
            ApplyGuidelineBudgets = row.Flag(),
            Enforcement = row.Name<Enforcement>(),
        },
        AgentId = row.Id(),
        AgentDailyLimit = row.Amount(),
    };

    private static long[] PathOf(long sessionId, string ancestors) =>
        ancestors == "[]" ? [sessionId] : [sessionId, .. JsonSerializer.Deserialize<long[]>(ancestors)!];
}
