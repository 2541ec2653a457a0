using System.Numerics;
using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Audit;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;
using Entourage.Infrastructure.Keys;
using Entourage.Infrastructure.Ledger.Sql;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>
/// The ledger's statements in T-SQL, with several in one command where that saves round trips. Values are always parameters of the type of
/// their column, because SQL Server would not use an index otherwise.
/// </summary>
internal static partial class SqlServerStatements
{
    // A command takes at most 2,100 parameters. The widest statement inserts a usage record, with 28.
    private const int MaxPiece = 64;

    public static SqlCommand SelectKeyRevision() => Single(AccessSql.SelectRevision, _ => { });

    public static SqlCommand SelectOrganisations(IReadOnlyCollection<long> sessionIds) => Repeat(
        "SELECT t.OrganisationId FROM Teams t JOIN Sessions s ON s.TeamId = t.Id WHERE s.Id IN (", sessionIds, "@session", ", ", ")", BindSession);

    /// <summary>
    /// Locks organisations by writing to their rows, so that the next transaction that does so waits until this one ends. A write, rather than a
    /// lock hint, works on any database that isolates writers.
    /// </summary>
    public static SqlCommand LockOrganisations(IReadOnlyCollection<Guid> organisationIds) => Repeat(
        "", organisationIds, "UPDATE Organisations SET Version = Version WHERE Id = @organisation", ";\n", ";", BindOrganisation);

    public static SqlCommand SelectSessions(IReadOnlyCollection<long> sessionIds) => Repeat(
        SessionSql.Select + "s.Id IN (", sessionIds, "@session", ", ", ")", BindSession);

    public static SqlCommand SelectActiveOfTeam(Guid teamId) => Single(
        SessionSql.Select + SessionSql.IsActiveInTeam, parameters => parameters.BindId("@team", teamId));

    public static SqlCommand SelectActiveOfOrganisation(Guid organisationId) => Single(
        SessionSql.Select + SessionSql.IsActiveInOrganisation, parameters => BindOrganisation(parameters, organisationId));

    public static SqlCommand AddToSessions(IReadOnlyCollection<KeyValuePair<long, SessionChange>> changes) => Repeat(SessionSql.AddUsages, changes);

    public static SqlCommand EndSessions(IReadOnlyCollection<KeyValuePair<long, SessionState>> states) => Repeat(SessionSql.End, states);

    public static SqlCommand SelectSubject(Guid agentId, DateTimeOffset killedSince) => Single(SubjectSql.Select, parameters =>
    {
        parameters.BindId("@agent", agentId);
        parameters.BindInstant("@killedSince", killedSince);
    });

    public static SqlCommand SelectTask(long taskId, Guid teamId) => Single(TaskSql.Select, parameters =>
    {
        parameters.BindInt64("@task", taskId);
        parameters.BindId("@team", teamId);
    });

    public static SqlCommand SelectWorkers(IReadOnlyCollection<long> sessionIds) => Repeat(
        WorkerSql.Select + "IN (", sessionIds, "@session", ", ", ")", BindSession);

    public static SqlCommand SelectTeams(Guid organisationId) => Single(
        TeamSql.Select, parameters => BindOrganisation(parameters, organisationId));

    public static SqlCommand SelectAgentPause(Guid id) => Single(PauseSql.SelectOfAgent, parameters => parameters.BindId("@id", id));

    public static SqlCommand SelectTeamPause(Guid id) => Single(PauseSql.SelectOfTeam, parameters => parameters.BindId("@id", id));

    public static SqlCommand SelectOrganisationPause(Guid id) => Single(PauseSql.SelectOfOrganisation, parameters => parameters.BindId("@id", id));

    public static SqlCommand PauseAgents(IReadOnlyCollection<PauseChange> changes) => Repeat(PauseSql.UpdateAgent, changes);

    public static SqlCommand PauseTeams(IReadOnlyCollection<PauseChange> changes) => Repeat(PauseSql.UpdateTeam, changes);

    public static SqlCommand PauseOrganisations(IReadOnlyCollection<PauseChange> changes) => Repeat(PauseSql.UpdateOrganisation, changes);

    public static SqlCommand SelectReservations(IReadOnlyCollection<Guid> ids) => Repeat(
        ReservationSql.Select + "r.Id IN (", ids, "@id", ", ", ")", (parameters, id) => parameters.BindId("@id", id));

    public static SqlCommand SelectReservationsOf(IReadOnlyCollection<long> sessionIds) => Repeat(
        ReservationSql.Select + ReservationSql.IsLiveInSession + "IN (", sessionIds, "@session", ", ", ")", BindSession);

    public static SqlCommand SelectExpired(IReadOnlyCollection<Guid> organisationIds, DateTimeOffset now)
    {
        var command = Repeat(
            ReservationSql.Select + ReservationSql.IsExpired + "IN (", organisationIds, "@organisation", ", ", ")", BindOrganisation);
        new SqlServerParameters(command, "").BindInstant("@now", now);
        return command;
    }

    public static SqlCommand InsertReservations(IReadOnlyCollection<Reservation> reservations) => Repeat(ReservationSql.Insert, reservations);

    public static SqlCommand UpdateReservations(IReadOnlyCollection<ReservationChange> changes) => Repeat(ReservationSql.Update, changes);

    public static SqlCommand SelectCounters(IReadOnlyCollection<BudgetWindow> windows) => Repeat(
        CounterSql.Select, windows, CounterSql.IsWindow, " OR ", "", CounterSql.Window.Bind);

    public static SqlCommand InsertCounters(IReadOnlyCollection<CounterChange> changes) => Repeat(CounterSql.Insert, changes);

    public static SqlCommand UpdateCounters(IReadOnlyCollection<CounterChange> changes) => Repeat(CounterSql.Update, changes);

    public static SqlCommand SelectNewestSharedPrice() => Single(PriceSql.SelectNewestShared, _ => { });

    public static SqlCommand SelectSharedPrices() => Single(PriceSql.SelectShared, _ => { });

    public static SqlCommand SelectOwnPrices(Guid organisationId) => Single(
        PriceSql.SelectOwn, parameters => BindOrganisation(parameters, organisationId));

    public static SqlCommand SelectUnpriced(IReadOnlyCollection<long> sequences) => Repeat(
        UsageSql.SelectUnpriced + "IN (", sequences, "@sequence", ", ", ")", (parameters, sequence) => parameters.BindInt64("@sequence", sequence));

    public static SqlCommand SelectRecorded(long sessionId, Guid recordId) => Single(
        UsageSql.SelectExists, parameters => BindRecord(parameters, sessionId, recordId));

    public static SqlCommand SelectRecordedUsage(long sessionId, Guid recordId) => Single(
        UsageSql.SelectById + "OFFSET 0 ROWS FETCH FIRST 1 ROW ONLY", parameters => BindRecord(parameters, sessionId, recordId));

    public static SqlCommand SelectCorrection(long sequence) => Single(
        UsageSql.SelectCorrection, parameters => parameters.BindInt64("@sequence", sequence));

    public static SqlCommand InsertRecords(IReadOnlyCollection<LedgerRecord> records) => Repeat(UsageSql.Insert, records);

    public static SqlCommand AddToRollups(IReadOnlyCollection<KeyValuePair<UsageRollupKey, UsageSum>> sums) => Repeat(RollupSql.Add.ForSqlServer, sums);

    public static SqlCommand SelectUnsummarised(Guid organisationId) => Single(
        $"SELECT TOP ({SummarySql.BatchSize}) {SummarySql.Unsummarised}", parameters => BindOrganisation(parameters, organisationId));

    public static SqlCommand AddToSummaries(IReadOnlyCollection<KeyValuePair<CostSummaryKey, UsageSum>> sums) =>
        Repeat(SummarySql.Add.ForSqlServer, sums);

    public static SqlCommand MarkSummarised(IReadOnlyCollection<UsageRollupKey> rollups) => Repeat(SummarySql.MarkSummarised, rollups);

    public static SqlCommand SelectAlertKeys(IReadOnlyCollection<AlertKey> keys) => Repeat(
        AlertSql.SelectKeys, keys, AlertSql.IsKey, " OR ", "", AlertSql.Key.Bind);

    public static SqlCommand SelectCost(Guid teamId, Guid agentId, DateTimeOffset from, DateTimeOffset until) => Single(
        AgentCostSql.Select, parameters =>
        {
            parameters.BindId("@team", teamId);
            parameters.BindId("@agent", agentId);
            parameters.BindInstant("@from", from);
            parameters.BindInstant("@until", until);
        });

    public static SqlCommand InsertAlerts(IReadOnlyCollection<Alert> alerts) => Repeat(AlertSql.Insert, alerts);

    public static SqlCommand InsertEvents(IReadOnlyCollection<TeamEvent> events) => Repeat(EventSql.Insert, events);

    public static SqlCommand InsertAudited(IReadOnlyCollection<AuditEntry> entries) => Repeat(AuditSql.Insert, entries);

    public static SqlCommand SelectAnswers(IReadOnlyCollection<byte[]> keyHashes) => Repeat(
        AnswerSql.Select + "IN (", keyHashes, "@key", ", ", ")", (parameters, hash) => parameters.BindBytes("@key", hash));

    public static SqlCommand InsertAnswers(IReadOnlyCollection<IdempotentAnswer> answers) => Repeat(AnswerSql.Insert, answers);

    public static SqlCommand UpdateAnswers(IReadOnlyCollection<AnswerChange> changes) => Repeat(AnswerSql.Update, changes);

    /// <summary>Splits a list into pieces whose lengths are powers of two, so that the server caches the plans of few different texts.</summary>
    public static IEnumerable<T[]> Pieces<T>(IEnumerable<T> items)
    {
        foreach (var chunk in items.Chunk(MaxPiece))
        {
            var from = 0;
            for (var size = MaxPiece; from < chunk.Length; size /= 2)
            {
                for (; chunk.Length - from >= size; from += size)
                {
                    yield return chunk[from..(from + size)];
                }
            }
        }
    }

    /// <summary>Like <see cref="Pieces"/>, but repeats the last item of a piece instead of splitting it. For reads, where that is harmless.</summary>
    public static IEnumerable<T[]> PaddedPieces<T>(IEnumerable<T> items)
    {
        foreach (var chunk in items.Chunk(MaxPiece))
        {
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)chunk.Length);
            yield return [.. chunk, .. Enumerable.Repeat(chunk[^1], size - chunk.Length)];
        }
    }

    private static void BindOrganisation(IParameters parameters, Guid id) => parameters.BindId("@organisation", id);

    private static void BindSession(IParameters parameters, long id) => parameters.BindInt64("@session", id);

    private static void BindRecord(IParameters parameters, long sessionId, Guid recordId)
    {
        BindSession(parameters, sessionId);
        parameters.BindId("@id", recordId);
    }
}
