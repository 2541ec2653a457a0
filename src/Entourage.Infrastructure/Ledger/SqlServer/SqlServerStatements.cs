using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.Labels;
using Entourage.Domain.Sessions;
using Entourage.Infrastructure.Keys;
using Entourage.Infrastructure.Ledger.Sql;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>
/// The ledger's statements in T-SQL. Each has a fixed text, and values are always parameters of the type of their column, because SQL Server would not
/// use an index otherwise.
/// </summary>
internal static partial class SqlServerStatements
{
    public static readonly SqlServerWrite<(Guid Id, DateTimeOffset CreatedAt)> InsertMarkers = new("@markers", CommitMarkerSql.Insert);
    public static readonly SqlServerWrite<KeyValuePair<long, SessionChange>> AddToSessions = new("@sessions", SessionSql.AddUsages);
    public static readonly SqlServerWrite<KeyValuePair<long, CallCounts>> AddCalls = new("@calls", SessionSql.AddCalls);
    public static readonly SqlServerWrite<KeyValuePair<long, SessionState>> EndSessions = new("@ended", SessionSql.End);
    public static readonly SqlServerWrite<ChildToken> DeleteChildTokens = new("@tokens", ChildTokenSql.Delete);
    public static readonly SqlServerWrite<PauseChange> PauseAgents = new("@pausedAgents", PauseSql.UpdateAgent);
    public static readonly SqlServerWrite<PauseChange> PauseTeams = new("@pausedTeams", PauseSql.UpdateTeam);
    public static readonly SqlServerWrite<PauseChange> PauseOrganisations = new("@pausedOrganisations", PauseSql.UpdateOrganisation);
    public static readonly SqlServerWrite<CounterChange> InsertCounters = new("@newCounters", CounterSql.Insert);
    public static readonly SqlServerWrite<CounterChange> UpdateCounters = new("@counters", CounterSql.Update);
    public static readonly SqlServerWrite<Reservation> InsertReservations = new("@newReservations", ReservationSql.Insert);
    public static readonly SqlServerWrite<ReservationChange> UpdateReservations = new("@reservations", ReservationSql.Update);
    public static readonly SqlServerWrite<LabelSetMember> AddLabels = new("@labels", LabelSql.Add);
    public static readonly SqlServerWrite<KeyValuePair<UsageRollupKey, UsageSum>> AddToRollups = new("@rollups", RollupSql.Add);
    public static readonly SqlServerWrite<LedgerRecord> InsertRecords = new("@records", UsageSql.Insert);
    public static readonly SqlServerWrite<Alert> InsertAlerts = new("@alerts", AlertSql.Insert);
    public static readonly SqlServerWrite<TeamEvent> InsertEvents = new("@events", EventSql.Insert);
    public static readonly SqlServerWrite<AuditEntry> InsertAudited = new("@audited", AuditSql.Insert);
    public static readonly SqlServerWrite<IdempotentAnswer> InsertAnswers = new("@newAnswers", AnswerSql.Insert);
    public static readonly SqlServerWrite<AnswerChange> UpdateAnswers = new("@answers", AnswerSql.Update);
    public static readonly SqlServerWrite<KeyValuePair<CostSummaryKey, UsageSum>> AddToSummaries = new("@summaries", SummarySql.Add);
    public static readonly SqlServerWrite<UsageRollupKey> MarkSummarised = new("@summarised", SummarySql.MarkSummarised);

    public static SqlCommand SelectKeyRevision() => Single(AccessSql.SelectRevision, _ => { });

    public static SqlCommand SelectActiveOfTeam(Guid teamId) => Single(
        SessionSql.Select + SessionSql.IsActiveInTeam, parameters => parameters.BindId("@team", teamId));

    public static SqlCommand SelectActiveOfOrganisation(Guid organisationId) => Single(
        SessionSql.Select + SessionSql.IsActiveInOrganisation, parameters => BindOrganisation(parameters, organisationId));

    public static SqlCommand SelectSubject(BudgetSubject subject, DateTimeOffset killedSince) => Single(SubjectSql.Select, parameters =>
    {
        parameters.BindId("@agent", subject.AgentId);
        parameters.BindInstant("@killedSince", killedSince);
        parameters.BindInt64("@session", SubjectSql.SessionOf(subject));
        parameters.BindId("@newestOf", SubjectSql.NewestOf(subject));
        parameters.BindInt64("@task", subject.TaskId);
    });

    public static SqlCommand SelectTask(long taskId, Guid teamId) => Single(TaskSql.Select, parameters =>
    {
        BindTask(parameters, taskId);
        parameters.BindId("@team", teamId);
    });

    public static SqlCommand SelectBudgetRules(Guid organisationId) => Single(
        BudgetRuleSql.Select, parameters => BindOrganisation(parameters, organisationId));

    public static SqlCommand SelectTeams(Guid organisationId) => Single(
        TeamSql.Select, parameters => BindOrganisation(parameters, organisationId));

    public static SqlCommand SelectTeamsOfAgent(Guid id) => Single(AgentTeamsSql.Select, parameters => parameters.BindId("@agent", id));

    public static SqlCommand SelectAgentPause(Guid id) => Single(PauseSql.SelectOfAgent, parameters => parameters.BindId("@id", id));

    public static SqlCommand SelectTeamPause(Guid id) => Single(PauseSql.SelectOfTeam, parameters => parameters.BindId("@id", id));

    public static SqlCommand SelectOrganisationPause(Guid id) => Single(PauseSql.SelectOfOrganisation, parameters => parameters.BindId("@id", id));

    public static SqlCommand SelectSharedPrices() => Single(PriceSql.SelectShared, _ => { });

    public static SqlCommand SelectOwnPrices(Guid organisationId) => Single(
        PriceSql.SelectOwn, parameters => BindOrganisation(parameters, organisationId));

    public static SqlCommand SelectRecordedUsage(long sessionId, Guid recordId) => Single(
        UsageSql.SelectById + "OFFSET 0 ROWS FETCH FIRST 1 ROW ONLY", parameters =>
        {
            parameters.BindInt64("@session", sessionId);
            parameters.BindId("@id", recordId);
        });

    public static SqlCommand SelectCorrection(long sequence) => Single(
        UsageSql.SelectCorrection, parameters => parameters.BindInt64("@sequence", sequence));

    public static SqlCommand SelectUnsummarised(Guid organisationId) => Single(
        $"SELECT TOP ({SummarySql.BatchSize}) {SummarySql.Unsummarised}", parameters => BindOrganisation(parameters, organisationId));

    public static SqlCommand SelectCost(Guid teamId, Guid agentId, DateTimeOffset from, DateTimeOffset until) => Single(
        AgentCostSql.Select, parameters =>
        {
            parameters.BindId("@team", teamId);
            parameters.BindId("@agent", agentId);
            parameters.BindInstant("@from", from);
            parameters.BindInstant("@until", until);
        });

    public static SqlCommand SelectActiveOnTask(long taskId) => Single(StartSql.SelectActiveOnTask, parameters => BindTask(parameters, taskId));

    /// <summary>Inserts a session and selects the number that the database assigns to it.</summary>
    public static SqlCommand InsertSession(LedgerSession session) => Single(
        StartSql.Insert.Text + "; SELECT CAST(SCOPE_IDENTITY() AS bigint)", parameters => StartSql.Insert.Binding.Bind(parameters, session));

    private static SqlCommand Single(string text, Action<IParameters> bind)
    {
        var command = new SqlCommand(text);
        bind(new SqlServerParameters(command));
        return command;
    }

    private static void BindOrganisation(IParameters parameters, Guid id) => parameters.BindId("@organisation", id);

    private static void BindTask(IParameters parameters, long id) => parameters.BindInt64("@task", id);
}
