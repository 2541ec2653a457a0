using Entourage.Application.Ledger;
using Entourage.Domain;
using Entourage.Domain.Agents;
using Entourage.Domain.Alerts;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;

namespace Entourage.Infrastructure.Ledger.Sql;

/// <summary>The sessions, each with the limits, pauses and detector rules that apply to it.</summary>
internal static class SessionSql
{
    public const string JoinPolicy =
        "JOIN Agents a ON a.Id = s.AgentId JOIN Teams t ON t.Id = s.TeamId JOIN Organisations o ON o.Id = t.OrganisationId "
        + "LEFT JOIN Tasks k ON k.Id = s.TaskId";

    public const string IsActiveInTeam = "s.EndedAt IS NULL AND s.TeamId = @team";

    public const string IsActiveInOrganisation = "s.EndedAt IS NULL AND t.OrganisationId = @organisation";

    private const string LiveReservations = "FROM Reservations r WHERE r.SessionId = s.Id AND r.EndedAt IS NULL";

    private static readonly Column<long> Id = Column.Int64("Id");
    private static readonly Column<SessionStatus> Status = Column.EnumName<SessionStatus>("Status");
    private static readonly Column<DateTimeOffset?> EndedAt = Column.OptionalInstant("EndedAt");
    private static readonly Column<string?> Error = Column.OptionalText("Error", Session.ErrorLength);
    private static readonly Column<DateTimeOffset?> LastCallAt = Column.OptionalInstant("LastCallAt");
    private static readonly Column<long> GatewayCalls = Column.Int64("GatewayCalls");
    private static readonly Column<long> RefusedCalls = Column.Int64("RefusedCalls");
    private static readonly Column<long> LoweredCalls = Column.Int64("LoweredCalls");
    private static readonly Column<long> FallbackCalls = Column.Int64("FallbackCalls");
    private static readonly Column<DateTimeOffset?> LastRefusedAt = Column.OptionalInstant("LastRefusedAt");
    private static readonly Column<string> Watch = Column.AsciiText("Watch", DetectorState.TextLength);

    private static readonly SelectList List = new();
    private static readonly Fields Row = new(List);

    /// <summary>To be followed by a condition.</summary>
    public static readonly string Select = $"SELECT {List} FROM Sessions s {JoinPolicy} WHERE ";

    /// <summary>Adds usages to an active or ended session, unless its detector state has changed since it was read.</summary>
    public static readonly RowStatement<KeyValuePair<long, SessionChange>> AddUsages = RowStatement<KeyValuePair<long, SessionChange>>.Update(
        "Sessions",
        $"{TotalSql.AddTokens}, {TotalSql.AddSessionCosts}, {LastCallAt.Equality}, {Watch.Equality}",
        $"{Id.Equality} AND {Watch.Before.Equality}",
        new()
        {
            { Id, change => change.Key },
            { RollupSql.Amounts, change => change.Value.Sum },
            { LastCallAt, change => change.Value.LastCallAt },
            { Watch, change => change.Value.DetectorAfter },
            { Watch.Before, change => change.Value.DetectorBefore },
        });

    /// <summary>Adds to the counts of calls through the gateway. Nothing is decided by them, so it does not matter what they were.</summary>
    public static readonly RowStatement<KeyValuePair<long, CallCounts>> AddCalls = RowStatement<KeyValuePair<long, CallCounts>>.Update(
        "Sessions",
        $"{Increase(GatewayCalls)}, {Increase(RefusedCalls)}, {Increase(LoweredCalls)}, {Increase(FallbackCalls)}, "
            + $"{LastRefusedAt.Name} = COALESCE({LastRefusedAt.Parameter}, {LastRefusedAt.Name})",
        Id.Equality,
        new()
        {
            { Id, count => count.Key },
            { GatewayCalls, count => count.Value.Calls },
            { RefusedCalls, count => count.Value.Refused },
            { LoweredCalls, count => count.Value.Lowered },
            { FallbackCalls, count => count.Value.Fallbacks },
            { LastRefusedAt, count => count.Value.LastRefusedAt },
        });

    /// <summary>Ends a session, unless it has ended.</summary>
    public static readonly RowStatement<KeyValuePair<long, SessionState>> End = RowStatement<KeyValuePair<long, SessionState>>.Update(
        "Sessions",
        $"{Status.Equality}, {EndedAt.Equality}, {Error.Equality}, Version = Version + 1",
        $"{Id.Equality} AND {Status.Name} = '{nameof(SessionStatus.Active)}'",
        new()
        {
            { Id, state => state.Key },
            { Status, state => state.Value.Status },
            { EndedAt, state => state.Value.EndedAt },
            { Error, state => state.Value.Error },
        });

    public static LedgerSession Read(SqlRow row) => Row.Read(row);

    private static string Increase(Column<long> column) => $"{column.Name} = {column.Name} + {column.Parameter}";

    private sealed class Fields(SelectList list)
    {
        private readonly Field<long> id = list.Add("s", Id);
        private readonly Field<string> agentName = list.Add("a", Column.Text("Name", Column.Unlimited));
        private readonly Field<string?> taskTitle = list.Add("k", Column.OptionalText("Title", Column.Unlimited));
        private readonly Field<long?> parentId = list.Add("s", Column.OptionalInt64("ParentSessionId"));
        private readonly Field<string> ancestors = list.Add("s", Column.AsciiText("Ancestors", Column.Unlimited));
        private readonly Field<string?> model = list.Add("s", Column.OptionalText("Model", Agent.ModelLength));
        private readonly Field<LabelSet> labels = list.Add("s", Column.Labels());
        private readonly Field<SessionStatus> status = list.Add("s", Status);
        private readonly Field<DateTimeOffset> startedAt = list.Add("s", Column.Instant("StartedAt"));
        private readonly Field<DateTimeOffset?> endedAt = list.Add("s", EndedAt);
        private readonly Field<string?> error = list.Add("s", Error);
        private readonly Field<DateTimeOffset?> lastCallAt = list.Add("s", LastCallAt);
        private readonly Field<long> inputTokens = list.Add("s", Column.Int64("InputTokens"));
        private readonly Field<long> outputTokens = list.Add("s", Column.Int64("OutputTokens"));
        private readonly Field<long> cacheReadTokens = list.Add("s", Column.Int64("CacheReadTokens"));
        private readonly Field<long> cacheWriteTokens = list.Add("s", Column.Int64("CacheWriteTokens"));
        private readonly Field<long> costBillions = list.Add("s", Column.Int64("CostBillionUsd"));
        private readonly Field<long> costRest = list.Add("s", Column.Int64("Cost"));
        private readonly Field<long> imputedCostBillions = list.Add("s", Column.Int64("ImputedCostBillionUsd"));
        private readonly Field<long> imputedCostRest = list.Add("s", Column.Int64("ImputedCost"));
        private readonly Field<long> reservedUsd = list.Add(
            $"(SELECT COALESCE(SUM(r.Amount / 1000000000), 0) {LiveReservations})", static (row, i) => row.Int64(i));
        private readonly Field<long> reservedNanos = list.Add(
            $"(SELECT COALESCE(SUM(r.Amount % 1000000000), 0) {LiveReservations})", static (row, i) => row.Int64(i));
        private readonly Field<long> organisationVersion = list.Add("o", Column.Int64("Version"));
        private readonly Field<string> watch = list.Add("s", Watch);
        private readonly DetectorRuleFields detectorRules = new(list);
        private readonly TaskFields task = new(list);
        private readonly PolicyFields policy = new(list);
        private readonly PauseSql.AllFields pauses = new(list);

        public LedgerSession Read(SqlRow row)
        {
            var (sessionId, watchText, ownModel, ownLabels) = (id.Of(row), watch.Of(row), model.Of(row), labels.Of(row));
            return new()
            {
                Id = sessionId,
                AgentName = agentName.Of(row),
                TaskTitle = taskTitle.Of(row),
                ParentSessionId = parentId.Of(row),
                Model = ownModel,
                Labels = ownLabels,
                State = new(status.Of(row), endedAt.Of(row), error.Of(row)),
                StartedAt = startedAt.Of(row),
                LastCallAt = lastCallAt.Of(row),
                Tokens = new(inputTokens.Of(row), outputTokens.Of(row), cacheReadTokens.Of(row), cacheWriteTokens.Of(row)),
                Cost = MoneyTotal.Of(costBillions.Of(row), costRest.Of(row)),
                ImputedCost = MoneyTotal.Of(imputedCostBillions.Of(row), imputedCostRest.Of(row)),
                Reserved = MoneyTotal.OfSums(0, reservedUsd.Of(row), reservedNanos.Of(row)),
                OrganisationVersion = organisationVersion.Of(row),
                DetectorState = DetectorState.Parse(watchText),
                DetectorText = watchText,
                DetectorRules = detectorRules.Read(row),
                Policy = policy.Read(row) with
                {
                    Task = task.Read(row),
                    SessionPath = SessionPath.Of(sessionId, ancestors.Of(row)),
                    Model = ownModel ?? "",
                    Labels = ownLabels,
                },
                Pauses = pauses.Read(row),
            };
        }
    }
}
