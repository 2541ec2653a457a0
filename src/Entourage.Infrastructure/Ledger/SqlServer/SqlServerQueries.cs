using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Sessions;
using Entourage.Infrastructure.Ledger.Sql;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>The ledger's queries for the rows of several keys.</summary>
internal static class SqlServerQueries
{
    public static readonly IEqualityComparer<byte[]> SameHash = EqualityComparer<byte[]>.Create(
        static (one, other) => one.AsSpan().SequenceEqual(other), static hash => BitConverter.ToInt32(hash));

    private static readonly RowBinding<long> Number = new() { { Column.Int64("Key"), number => number } };
    private static readonly RowBinding<Guid> Id = new() { { Column.Id("Key"), id => id } };
    private static readonly RowBinding<byte[]> Hash = new() { { Column.Hash("Key"), hash => hash } };

    private static readonly RowBinding<Expiry> OrganisationAndTime = new()
    {
        { Column.Id("Organisation"), expiry => expiry.OrganisationId },
        { Column.Instant("Now"), expiry => expiry.Now },
    };

    public static readonly SqlServerQuery<long, LedgerSession> Sessions = new(
        "@sessions", Number, In(SessionSql.Select + "s.Id"), SessionSql.Read, session => session.Id);

    public static readonly SqlServerQuery<long, SessionAgent> Workers = new(
        "@workers", Number, In(WorkerSql.Select), WorkerSql.Read, worker => worker.SessionId);

    public static readonly SqlServerQuery<Guid, LedgerReservation> Reservations = new(
        "@reservations", Id, In(ReservationSql.Select + "r.Id"), ReservationSql.Read, reservation => reservation.Reservation.Id);

    public static readonly SqlServerQuery<long, LedgerReservation> LiveReservations = new(
        "@sessionsOfReservations", Number, In(ReservationSql.Select + ReservationSql.IsLiveInSession), ReservationSql.Read, reservation => reservation.Reservation.SessionId);

    public static readonly SqlServerQuery<Expiry, LedgerReservation> ExpiredReservations = new(
        "@expiries",
        OrganisationAndTime,
        keys => ReservationSql.Select
            + $"{ReservationSql.Lapses} AND EXISTS (SELECT 1 FROM {keys} WHERE r.OrganisationId = v.p_organisation AND r.ExpiresAt <= v.p_now)",
        ReservationSql.Read,
        reservation => new(reservation.Reservation.OrganisationId, default),
        EqualityComparer<Expiry>.Create(static (one, other) => one.OrganisationId == other.OrganisationId, static expiry => expiry.OrganisationId.GetHashCode()));

    public static readonly SqlServerQuery<BudgetWindow, (BudgetWindow Window, Spending Spending)> Counters = new(
        "@windows",
        CounterSql.Window,
        keys => $"SELECT {CounterSql.Columns} FROM {keys} INNER LOOP JOIN BudgetCounters ON {JsonRows.Condition(CounterSql.IsWindow, "@windows", CounterSql.Window.Columns)}",
        CounterSql.Read,
        counter => counter.Window);

    public static readonly SqlServerQuery<byte[], IdempotentAnswer> Answers = new(
        "@keys", Hash, HashIn(AnswerSql.Select, "@keys"), AnswerSql.Read, answer => answer.KeyHash, SameHash);

    public static readonly SqlServerQuery<AlertKey, AlertKey> Alerts = new(
        "@alertKeys",
        AlertSql.Key,
        keys => $"SELECT {AlertSql.KeyColumns} FROM {keys} INNER LOOP JOIN Alerts ON {JsonRows.Condition(AlertSql.IsKey, "@alertKeys", AlertSql.Key.Columns)}",
        AlertSql.ReadKey,
        key => key);

    public static readonly SqlServerQuery<LabelSetKey, StoredLabel> Labels = new(
        "@labelSets",
        LabelSql.Set,
        keys => $"SELECT {LabelSql.Columns} FROM {keys} INNER LOOP JOIN LabelSets ON {JsonRows.Condition(LabelSql.IsOfSet, "@labelSets", LabelSql.Set.Columns)}",
        LabelSql.Read,
        label => label.Set);

    public static readonly SqlServerQuery<long, UnpricedRecord> Unpriced = new(
        "@sequences", Number, In(UsageSql.SelectUnpriced), UsageSql.ReadUnpriced, record => record.Sequence);

    public static readonly SqlServerQuery<Guid, StartingAgent> StartingAgents = new(
        "@agents", Id, In(StartingAgentSql.Select), StartingAgentSql.Read, agent => agent.Policy.AgentId);

    public static readonly SqlServerQuery<long, StartingTask> StartingTasks = new(
        "@tasks", Number, In(StartingTaskSql.Select), StartingTaskSql.Read, task => task.Cap.TaskId);

    public static readonly SqlServerQuery<long, (long TaskId, long BlockerId)> Blockers = new(
        "@blocked", Number, In(StartingTaskSql.SelectBlockers), StartingTaskSql.ReadBlocker, blocker => blocker.TaskId);

    public static readonly SqlServerQuery<byte[], ChildToken> ChildTokens = new(
        "@tokens", Hash, HashIn(ChildTokenSql.Select, "@tokens"), ChildTokenSql.Read, token => token.TokenHash, SameHash);

    public static readonly SqlServerQuery<long, long> Children = new(
        "@parents", Number, In(StartSql.SelectChildren), static row => row.Int64(0), static id => id);

    /// <summary>The given markers of transactions that were committed.</summary>
    public static readonly SqlServerQuery<Guid, Guid> Markers = new(
        "@markers", Id, In(CommitMarkerSql.Select), static row => row.Id(0), static id => id);

    /// <summary>The newest price that all organisations share. It has no key.</summary>
    public static readonly SqlServerQuery<long, long?> NewestSharedPrice = new(
        null, Number, _ => PriceSql.SelectNewestShared, static row => row.OptionalInt64(0), static _ => 0);

    private static Func<string, string> In(string select) => keys => $"{select} IN (SELECT v.p_key FROM {keys})";

    private static Func<string, string> HashIn(string select, string name) =>
        keys => $"{select} IN (SELECT {JsonRows.Values("@key", name, Hash.Columns)} FROM {keys})";
}

/// <summary>The reservations of an organisation that have expired at a time.</summary>
internal readonly record struct Expiry(Guid OrganisationId, DateTimeOffset Now);
