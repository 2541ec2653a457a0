using System.Text.Json;
using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Prices;
using Entourage.Domain.Sessions;
using Entourage.Domain.Tasks;
using Entourage.Domain;
using Entourage.Infrastructure.Persistence.Converters;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// The statements that both databases understand, and how their rows are read: the columns of a statement and the reads of
/// its row stand in one order.
/// </summary>
internal static class LedgerSql
{
    private const string Session =
        "s.Id, a.Name, k.Title, s.ParentSessionId, s.Ancestors, s.Model, s.Status, s.StartedAt, s.EndedAt, s.Error, s.LastCallAt, "
        + "s.InputTokens, s.OutputTokens, s.CacheReadTokens, s.CacheWriteTokens, "
        + "s.CostBillionUsd, s.Cost, s.ImputedCostBillionUsd, s.ImputedCost, "
        + "(SELECT COALESCE(SUM(r.Amount / 1000000000), 0) FROM Reservations r WHERE r.SessionId = s.Id AND r.EndedAt IS NULL), "
        + "(SELECT COALESCE(SUM(r.Amount % 1000000000), 0) FROM Reservations r WHERE r.SessionId = s.Id AND r.EndedAt IS NULL), o.Version, "
        + "s.Watch, " + LedgerAlertSql.DetectorRules + ", "
        + Task + ", " + Policy + ", " + LedgerStopSql.Pauses;

    private const string Task = "k.Id, k.OwnLimit, k.TaskType";

    private const string Policy =
        "o.Id, o.DailyLimit, o.MonthlyLimit, t.Id, t.Timezone, t.DailyLimit, t.WeeklyLimit, t.MonthlyLimit, t.TaskLimit, t.SessionLimit, "
        + "t.AgentDailyLimit, t.ApplyGuidelineBudgets, t.Enforcement, t.OnExceed, t.AbandonedAfterMinutes, t.UnpricedModels, t.GrantDay, t.GrantAmount, a.Id, a.DailyLimit";

    /// <summary>Wants a condition after it.</summary>
    public const string SelectSession = "SELECT " + Session + " FROM Sessions s " + JoinPolicy + " WHERE ";

    /// <summary>Wants a condition after it.</summary>
    public const string SelectReservation =
        "SELECT r.Id, r.SessionId, r.OrganisationId, r.Amount, r.IsAssumed, r.CreatedAt, r.ExpiresAt, r.Status, r.EndedAt, s.Ancestors, " + Task + ", " + Policy
        + " FROM Reservations r JOIN Sessions s ON s.Id = r.SessionId " + JoinPolicy + " WHERE ";

    public const string IsExpired = "r.EndedAt IS NULL AND r.ExpiresAt <= @now AND r.OrganisationId ";

    public const string IsOfSession = "r.EndedAt IS NULL AND r.SessionId ";

    private const string JoinPolicy =
        "JOIN Agents a ON a.Id = s.AgentId JOIN Teams t ON t.Id = s.TeamId JOIN Organisations o ON o.Id = t.OrganisationId "
        + "LEFT JOIN Tasks k ON k.Id = s.TaskId";

    private const string KeyOfCounter = "Scope = @scope AND ScopeId = @scopeId AND Period = @period AND Start = @start";

    /// <summary>An agent, with its newest active session and that one's task where there is one, and with its newest session if that was killed lately.</summary>
    public const string SelectSubject =
        "SELECT s.Id, s.Ancestors, x.Id, " + Task + ", " + Policy + ", " + LedgerStopSql.Pauses + " FROM Agents a JOIN Teams t ON t.Id = a.TeamId "
        + "JOIN Organisations o ON o.Id = t.OrganisationId "
        + "LEFT JOIN Sessions s ON s.Id = (SELECT MAX(n.Id) FROM Sessions n WHERE n.AgentId = a.Id AND n.Status = 'Active') "
        + "LEFT JOIN Sessions x ON x.Id = (SELECT MAX(n.Id) FROM Sessions n WHERE n.AgentId = a.Id AND n.Status = 'Killed') "
        + "AND x.EndedAt > @killedSince AND NOT EXISTS (SELECT 1 FROM Sessions l WHERE l.AgentId = a.Id AND l.Id > x.Id) "
        + "LEFT JOIN Tasks k ON k.Id = s.TaskId WHERE a.Id = @agent";

    public const string SelectTask = "SELECT " + Task + " FROM Tasks k WHERE k.Id = @task AND k.TeamId = @team";

    /// <summary>The newest price that everybody has; null where there is none.</summary>
    public const string SelectNewestSharedPrice = "SELECT MAX(Id) FROM Prices WHERE OrganisationId IS NULL";

    public const string SelectSharedPrices = SelectPrice + "IS NULL";

    public const string SelectOwnPrices = SelectPrice + "= @organisation";

    private const string SelectPrice =
        "SELECT Id, OrganisationId, IsBuiltIn, Model, EffectiveFrom, InputRate, OutputRate, CacheReadRate, CacheWriteRate, LongCacheWriteRate, "
        + "LongContextAbove, LongContextInputRate, LongContextOutputRate, LongContextCacheReadRate, LongContextCacheWriteRate, "
        + "LongContextLongCacheWriteRate, "
        + "BatchDiscountPercent, RecordedAt FROM Prices WHERE OrganisationId ";

    /// <summary>Wants a comparison of the key after it.</summary>
    public const string SelectAnswers = "SELECT KeyHash, RequestHash, Response, CreatedAt FROM IdempotentAnswers WHERE KeyHash ";

    public const string InsertAnswer =
        "INSERT INTO IdempotentAnswers (KeyHash, RequestHash, Response, CreatedAt) VALUES (@key, @request, @response, @created)";

    /// <summary>Changes no row that is not as it was read.</summary>
    public const string UpdateAnswer =
        "UPDATE IdempotentAnswers SET RequestHash = @request, Response = @response, CreatedAt = @created "
        + "WHERE KeyHash = @key AND RequestHash = @requestBefore";

    public const string InsertEvent =
        "INSERT INTO Events (Id, TeamId, AgentId, SessionId, Kind, OccurredAt, Payload) VALUES (@id, @team, @agent, @session, @kind, @occurred, @payload)";

    public const string SelectCounter = "SELECT Scope, ScopeId, Period, Start, SpentBillionUsd, Spent, ReservedBillionUsd, Reserved FROM BudgetCounters WHERE ";

    public const string IsCounter = "(" + KeyOfCounter + ")";

    public const string InsertCounter =
        "INSERT INTO BudgetCounters (Scope, ScopeId, Period, Start, SpentBillionUsd, Spent, ReservedBillionUsd, Reserved) "
        + "VALUES (@scope, @scopeId, @period, @start, @spentBillion, @spent, @reservedBillion, @reserved)";

    /// <summary>Changes no row that is not as it was read.</summary>
    public const string UpdateCounter =
        "UPDATE BudgetCounters SET SpentBillionUsd = @spentBillion, Spent = @spent, ReservedBillionUsd = @reservedBillion, Reserved = @reserved WHERE "
        + KeyOfCounter + " AND SpentBillionUsd = @spentBillionBefore AND Spent = @spentBefore "
        + "AND ReservedBillionUsd = @reservedBillionBefore AND Reserved = @reservedBefore";

    public const string InsertReservation =
        "INSERT INTO Reservations (Id, SessionId, OrganisationId, Amount, IsAssumed, CreatedAt, ExpiresAt, Status, EndedAt) VALUES (@id, @session, "
        + "@organisation, @amount, @assumed, @created, @expires, @status, @ended)";

    /// <summary>Changes no row that is not as it was read: a reservation ends once (rule 7).</summary>
    public const string UpdateReservation =
        "UPDATE Reservations SET ExpiresAt = @expires, Status = @status, EndedAt = @ended "
        + "WHERE Id = @id AND EndedAt IS NULL AND ExpiresAt = @expiresBefore";

    /// <summary>Changes no session that has ended.</summary>
    public const string EndSession =
        "UPDATE Sessions SET Status = @status, EndedAt = @ended, Error = @error, Version = Version + 1 WHERE Id = @session AND Status = 'Active'";

    public const string InsertRollup =
        "INSERT INTO UsageRollups (TeamId, QuarterAt, SessionId, Model, InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens, "
        + "UnpricedTokens, CostBillionUsd, CostNanoUsd, ImputedCostBillionUsd, ImputedCostNanoUsd, AssumedCostBillionUsd, AssumedCostNanoUsd, Sessions, IsSummarised, SummarisedInputTokens, "
        + "SummarisedOutputTokens, SummarisedCacheReadTokens, SummarisedCacheWriteTokens, SummarisedUnpricedTokens, SummarisedCostBillionUsd, "
        + "SummarisedCostNanoUsd, SummarisedImputedCostBillionUsd, SummarisedImputedCostNanoUsd, "
        + "SummarisedAssumedCostBillionUsd, SummarisedAssumedCostNanoUsd, SummarisedSessions) VALUES (@team, @quarter, @session, "
        + "@model, @input, @output, @cacheRead, @cacheWrite, @unpriced, @costBillion, @cost, @imputedBillion, @imputed, @assumedBillion, @assumed, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)";

    public const string RollupSums =
        TotalSql.AddTokens + ", " + TotalSql.AddUnpriced + ", " + TotalSql.AddCosts + ", IsSummarised = 0";

    /// <summary>Changes no session whose watch is not as it was read.</summary>
    public const string AddToSession =
        "UPDATE Sessions SET " + TotalSql.AddTokens + ", " + TotalSql.AddSessionCosts + ", LastCallAt = @called, Watch = @watch WHERE Id = @session AND Watch = @watchBefore";

    public static IdempotentAnswer ReadAnswer(LedgerRow row) => new(row.Bytes(), row.Bytes(), row.Text()!, row.Instant()!.Value);

    public static (BudgetWindow Window, Spending Spending) ReadCounter(LedgerRow row)
    {
        var window = new BudgetWindow((BudgetScope)row.Byte(), row.Text()!, (BudgetPeriod)row.Byte(), DayConverter.FromNumber(row.Int32()));
        return (window, new(row.Total(), row.Total()));
    }

    public static LedgerReservation ReadReservation(LedgerRow row)
    {
        // Members are read in the order of the columns.
        var reservation = new Reservation
        {
            Id = row.Id(),
            SessionId = row.Int64(),
            OrganisationId = row.Id(),
            Amount = row.Amount()!.Value,
            IsAssumed = row.Flag(),
            CreatedAt = row.Instant()!.Value,
            ExpiresAt = row.Instant()!.Value,
            Status = (ReservationStatus)row.Byte(),
            EndedAt = row.Instant(),
        };
        var path = PathOf(reservation.SessionId, row.Text()!);
        var task = ReadTask(row);
        return new(reservation, ReadPolicy(row) with { Task = task, SessionPath = path });
    }

    public static LedgerSession ReadSession(LedgerRow row)
    {
        var (id, agentName, taskTitle, parentId) = (row.Int64(), row.Text()!, row.Text(), row.OptionalInt64());
        var (path, model) = (PathOf(id, row.Text()!), row.Text());
        var (status, startedAt, endedAt, error) = (row.Name<SessionStatus>(), row.Instant()!.Value, row.Instant(), row.Text());
        var lastCallAt = row.Instant();
        var tokens = new TokenCounts(row.Int64(), row.Int64(), row.Int64(), row.Int64());
        var (cost, imputedCost) = (row.Total(), row.Total());
        var (reserved, version) = (MoneyTotal.OfSums(0, row.Int64(), row.Int64()), row.Int64());
        var (watch, rules) = (row.Text()!, LedgerAlertSql.ReadWatchRules(row));
        var task = ReadTask(row);
        var policy = ReadPolicy(row) with { Task = task, SessionPath = path };
        return new()
        {
            Id = id,
            AgentName = agentName,
            TaskTitle = taskTitle,
            ParentSessionId = parentId,
            Model = model,
            State = new(status, endedAt, error),
            StartedAt = startedAt,
            LastCallAt = lastCallAt,
            Tokens = tokens,
            Cost = cost,
            ImputedCost = imputedCost,
            Reserved = reserved,
            OrganisationVersion = version,
            Watch = DetectorState.Parse(watch),
            WatchText = watch,
            DetectorRules = rules,
            Policy = policy,
            Pauses = LedgerStopSql.ReadPauses(row),
        };
    }

    // Members are read in the order of the columns.
    public static ModelPrice ReadPrice(LedgerRow row) => new()
    {
        Id = row.Int64(),
        OrganisationId = row.OptionalId(),
        IsBuiltIn = row.Flag(),
        Model = row.Text()!,
        EffectiveFrom = row.Instant()!.Value,
        Rates = new(row.Amount()!.Value, row.Amount()!.Value, row.Amount(), row.Amount(), row.Amount()),
        LongContextAbove = row.OptionalInt64(),
        LongContextRates = row.Amount() is { } input
            ? new(input, row.Amount()!.Value, row.Amount(), row.Amount(), row.Amount())
            : row.Skip<TokenRates>(4),
        BatchDiscountPercent = row.OptionalInt32(),
        RecordedAt = row.Instant()!.Value,
    };

    public static LedgerSubject ReadSubject(LedgerRow row)
    {
        var sessionId = row.OptionalInt64();
        var ancestors = row.Text();
        var wasKilled = row.OptionalInt64() is not null;
        var task = ReadTask(row);
        var policy = ReadPolicy(row);
        return new(policy, LedgerStopSql.ReadPauses(row), sessionId is null ? [] : PathOf(sessionId.Value, ancestors!), task, wasKilled);
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
            OnExceed = (OnExceed)row.Byte(),
            AbandonedAfterMinutes = row.OptionalInt32(),
            UnpricedModels = row.Name<UnpricedModelRule>(),
        },
        TeamGrant = row.OptionalInt32() is { } day ? new(DayConverter.FromNumber(day), row.Amount()!.Value) : row.Skip<DayGrant>(1),
        AgentId = row.Id(),
        AgentDailyLimit = row.Amount(),
    };

    private static long[] PathOf(long sessionId, string ancestors) =>
        ancestors == "[]" ? [sessionId] : [sessionId, .. JsonSerializer.Deserialize<long[]>(ancestors)!];
}
