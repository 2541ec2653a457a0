using System.Data;
using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Entourage.Application.Abstractions;
using Entourage.Application.Ledger;
using Entourage.Domain.Agents;
using Entourage.Domain.Alerts;
using Entourage.Domain.Budgets;
using Entourage.Domain.Costs;
using Entourage.Domain.Events;
using Entourage.Domain.Sessions;
using Entourage.Domain;
using Entourage.Infrastructure.Persistence.Converters;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger;

/// <summary>
/// The ledger's statements in T-SQL, many in one command where that spares round trips. Values are always parameters, of
/// the type of their column, or an index would not be used.
/// </summary>
internal static partial class SqlServerStatements
{
    // A command takes 2,100 parameters at most; the widest statement, a usage record, has 26.
    private const int LargestPiece = 64;

    private const int HashLength = 32; // SHA-256

    private const string AddToRollup =
        "UPDATE UsageRollups SET " + LedgerSql.RollupSums + " WHERE TeamId = @team AND QuarterAt = @quarter AND SessionId = @session "
        + "AND Model = @model; IF @@ROWCOUNT = 0 " + LedgerSql.InsertRollup;

    public static SqlCommand SelectOrganisations(IReadOnlyCollection<long> sessionIds) => Repeat(
        "SELECT t.OrganisationId FROM Teams t JOIN Sessions s ON s.TeamId = t.Id WHERE s.Id IN (", sessionIds, "@session", ", ", ")", BindSession);

    /// <summary>
    /// Writes to the rows of organisations: whoever does that next waits until this transaction ends. A write and no lock
    /// hint, so it holds on any database that isolates writers.
    /// </summary>
    public static SqlCommand Hold(IReadOnlyCollection<Guid> organisationIds) => Repeat(
        "UPDATE Organisations SET Version = Version WHERE Id = @organisation", organisationIds, BindOrganisation);

    public static SqlCommand SelectSessions(IReadOnlyCollection<long> sessionIds) => Repeat(
        LedgerSql.SelectSession + "s.Id IN (", sessionIds, "@session", ", ", ")", BindSession);

    public static SqlCommand SelectReservations(IReadOnlyCollection<Guid> ids) => Repeat(
        LedgerSql.SelectReservation + "r.Id IN (", ids, "@id", ", ", ")", (row, id) => row.Add("@id", SqlDbType.UniqueIdentifier, id));

    public static SqlCommand SelectReservationsOf(IReadOnlyCollection<long> sessionIds) => Repeat(
        LedgerSql.SelectReservation + LedgerSql.IsOfSession + "IN (", sessionIds, "@session", ", ", ")", BindSession);

    public static SqlCommand SelectExpired(IReadOnlyCollection<Guid> organisationIds, DateTimeOffset now)
    {
        var command = Repeat(
            LedgerSql.SelectReservation + LedgerSql.IsExpired + "IN (", organisationIds, "@organisation", ", ", ")", BindOrganisation);
        new Row(command, "").Add("@now", SqlDbType.DateTimeOffset, now);
        return command;
    }

    public static SqlCommand SelectAnswers(IReadOnlyCollection<byte[]> keyHashes) => Repeat(
        LedgerSql.SelectAnswers + "IN (", keyHashes, "@key", ", ", ")", (row, hash) => row.Add("@key", SqlDbType.Binary, hash, HashLength));

    public static SqlCommand SelectNewestSharedPrice() => Single(LedgerSql.SelectNewestSharedPrice, _ => { });

    public static SqlCommand SelectSharedPrices() => Single(LedgerSql.SelectSharedPrices, _ => { });

    public static SqlCommand SelectOwnPrices(Guid organisationId) => Single(LedgerSql.SelectOwnPrices, row => BindOrganisation(row, organisationId));

    public static SqlCommand SelectSubject(Guid agentId, DateTimeOffset killedSince) => Single(LedgerSql.SelectSubject, row =>
    {
        row.Add("@agent", SqlDbType.UniqueIdentifier, agentId);
        row.Add("@killedSince", SqlDbType.DateTimeOffset, killedSince);
    });

    public static SqlCommand SelectTask(long taskId, Guid teamId) => Single(LedgerSql.SelectTask, row =>
    {
        row.Add("@task", SqlDbType.BigInt, taskId);
        row.Add("@team", SqlDbType.UniqueIdentifier, teamId);
    });

    public static SqlCommand SelectCounters(IReadOnlyCollection<BudgetWindow> windows) => Repeat(
        LedgerSql.SelectCounter, windows, LedgerSql.IsCounter, " OR ", "", BindWindow);

    public static SqlCommand AddToSessions(IReadOnlyCollection<KeyValuePair<long, SessionChange>> changes) => Repeat(
        LedgerSql.AddToSession, changes, (row, change) =>
        {
            BindSession(row, change.Key);
            BindSum(row, change.Value.Sum);
            row.Add("@called", SqlDbType.DateTimeOffset, change.Value.LastCallAt);
            row.Add("@watch", SqlDbType.VarChar, change.Value.WatchAfter, DetectorState.TextLength);
            row.Add("@watchBefore", SqlDbType.VarChar, change.Value.WatchBefore, DetectorState.TextLength);
        });

    public static SqlCommand EndSessions(IReadOnlyCollection<KeyValuePair<long, SessionState>> states) => Repeat(
        LedgerSql.EndSession, states, (row, state) =>
        {
            BindSession(row, state.Key);
            row.Add("@status", SqlDbType.VarChar, state.Value.Status.ToString(), EntourageDb.NameLength);
            row.Add("@ended", SqlDbType.DateTimeOffset, state.Value.EndedAt);
            row.Add("@error", SqlDbType.NVarChar, state.Value.Error, Session.ErrorLength);
        });

    public static SqlCommand InsertCounters(IReadOnlyCollection<CounterChange> changes) => Repeat(LedgerSql.InsertCounter, changes, BindCounter);

    public static SqlCommand UpdateCounters(IReadOnlyCollection<CounterChange> changes) => Repeat(
        LedgerSql.UpdateCounter, changes, (row, change) =>
        {
            BindCounter(row, change);
            row.Add("@spentBillionBefore", SqlDbType.BigInt, change.Before?.Spent.BillionUsd);
            row.Add("@spentBefore", SqlDbType.BigInt, change.Before?.Spent.RestNanoUsd);
            row.Add("@reservedBillionBefore", SqlDbType.BigInt, change.Before?.Reserved.BillionUsd);
            row.Add("@reservedBefore", SqlDbType.BigInt, change.Before?.Reserved.RestNanoUsd);
        });

    public static SqlCommand InsertReservations(IReadOnlyCollection<Reservation> reservations) => Repeat(
        LedgerSql.InsertReservation, reservations, (row, reservation) =>
        {
            BindReservation(row, reservation);
            BindSession(row, reservation.SessionId);
            BindOrganisation(row, reservation.OrganisationId);
            row.Add("@amount", SqlDbType.BigInt, reservation.Amount.NanoUsd);
            row.Add("@assumed", SqlDbType.Bit, reservation.IsAssumed);
            row.Add("@created", SqlDbType.DateTimeOffset, reservation.CreatedAt);
        });

    public static SqlCommand UpdateReservations(IReadOnlyCollection<ReservationChange> changes) => Repeat(
        LedgerSql.UpdateReservation, changes, (row, change) =>
        {
            BindReservation(row, change.After);
            row.Add("@expiresBefore", SqlDbType.DateTimeOffset, change.Before.ExpiresAt);
        });

    /// <summary>Adds to rollups, or makes them.</summary>
    public static SqlCommand AddToRollups(IReadOnlyCollection<KeyValuePair<LedgerBucket, UsageSum>> sums) => Repeat(
        AddToRollup, sums, (row, sum) =>
        {
            BindBucket(row, sum.Key);
            BindRollup(row, sum.Value);
        });

    public static SqlCommand InsertEvents(IReadOnlyCollection<TeamEvent> events) => Repeat(
        LedgerSql.InsertEvent, events, (row, told) =>
        {
            row.Add("@id", SqlDbType.UniqueIdentifier, told.Id);
            row.Add("@team", SqlDbType.UniqueIdentifier, told.TeamId);
            row.Add("@agent", SqlDbType.UniqueIdentifier, told.AgentId);
            row.Add("@session", SqlDbType.BigInt, told.SessionId);
            row.Add("@kind", SqlDbType.TinyInt, (byte)told.Kind);
            row.Add("@occurred", SqlDbType.DateTimeOffset, told.OccurredAt);
            row.Add("@payload", SqlDbType.NVarChar, told.Payload, -1);
        });

    public static SqlCommand InsertAnswers(IReadOnlyCollection<IdempotentAnswer> answers) => Repeat(
        LedgerSql.InsertAnswer, answers, BindAnswer);

    public static SqlCommand UpdateAnswers(IReadOnlyCollection<AnswerChange> changes) => Repeat(
        LedgerSql.UpdateAnswer, changes, (row, change) =>
        {
            BindAnswer(row, change.After);
            row.Add("@requestBefore", SqlDbType.Binary, change.Before.RequestHash, HashLength);
        });

    /// <summary>
    /// Cuts a list into pieces whose lengths are powers of two, so that the server meets few different texts and keeps
    /// their plans.
    /// </summary>
    public static IEnumerable<T[]> Pieces<T>(IEnumerable<T> items)
    {
        foreach (var chunk in items.Chunk(LargestPiece))
        {
            var from = 0;
            for (var size = LargestPiece; from < chunk.Length; size /= 2)
            {
                for (; chunk.Length - from >= size; from += size)
                {
                    yield return chunk[from..(from + size)];
                }
            }
        }
    }

    /// <summary>Like <see cref="Pieces"/>, but each piece is filled up with its last item: for reads, which one may repeat.</summary>
    public static IEnumerable<T[]> PaddedPieces<T>(IEnumerable<T> items)
    {
        foreach (var chunk in items.Chunk(LargestPiece))
        {
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)chunk.Length);
            yield return [.. chunk, .. Enumerable.Repeat(chunk[^1], size - chunk.Length)];
        }
    }

    private static void BindOrganisation(Row row, Guid id) => row.Add("@organisation", SqlDbType.UniqueIdentifier, id);

    private static void BindAnswer(Row row, IdempotentAnswer answer)
    {
        row.Add("@key", SqlDbType.Binary, answer.KeyHash, HashLength);
        row.Add("@request", SqlDbType.Binary, answer.RequestHash, HashLength);
        row.Add("@response", SqlDbType.NVarChar, answer.Response, -1);
        row.Add("@created", SqlDbType.DateTimeOffset, answer.CreatedAt);
    }

    private static void BindBucket(Row row, LedgerBucket bucket)
    {
        row.Add("@team", SqlDbType.UniqueIdentifier, bucket.TeamId);
        row.Add("@quarter", SqlDbType.DateTimeOffset, bucket.QuarterAt);
        row.Add("@model", SqlDbType.NVarChar, bucket.Model, Agent.ModelLength);
        BindSession(row, bucket.SessionId);
    }

    private static void BindCounter(Row row, CounterChange change)
    {
        BindWindow(row, change.Window);
        row.Add("@spentBillion", SqlDbType.BigInt, change.After.Spent.BillionUsd);
        row.Add("@spent", SqlDbType.BigInt, change.After.Spent.RestNanoUsd);
        row.Add("@reservedBillion", SqlDbType.BigInt, change.After.Reserved.BillionUsd);
        row.Add("@reserved", SqlDbType.BigInt, change.After.Reserved.RestNanoUsd);
    }

    private static void BindReservation(Row row, Reservation reservation)
    {
        row.Add("@id", SqlDbType.UniqueIdentifier, reservation.Id);
        row.Add("@expires", SqlDbType.DateTimeOffset, reservation.ExpiresAt);
        row.Add("@status", SqlDbType.TinyInt, (byte)reservation.Status);
        row.Add("@ended", SqlDbType.DateTimeOffset, reservation.EndedAt);
    }

    private static void BindSession(Row row, long id) => row.Add("@session", SqlDbType.BigInt, id);

    private static void BindWindow(Row row, BudgetWindow window)
    {
        row.Add("@scope", SqlDbType.TinyInt, (byte)window.Scope);
        row.Add("@scopeId", SqlDbType.VarChar, window.ScopeId, BudgetWindow.ScopeIdLength);
        row.Add("@period", SqlDbType.TinyInt, (byte)window.Period);
        row.Add("@start", SqlDbType.Int, DayConverter.ToNumber(window.Start));
    }

    private static void BindSum(Row row, UsageSum sum)
    {
        BindTokens(row, sum.Tokens);
        row.Add("@costBillion", SqlDbType.BigInt, sum.Cost.BillionUsd);
        row.Add("@cost", SqlDbType.BigInt, sum.Cost.RestNanoUsd);
        row.Add("@imputedBillion", SqlDbType.BigInt, sum.ImputedCost.BillionUsd);
        row.Add("@imputed", SqlDbType.BigInt, sum.ImputedCost.RestNanoUsd);
    }

    private static void BindRollup(Row row, UsageSum sum)
    {
        BindSum(row, sum);
        row.Add("@unpriced", SqlDbType.BigInt, sum.UnpricedTokens);
        row.Add("@assumedBillion", SqlDbType.BigInt, sum.AssumedCost.BillionUsd);
        row.Add("@assumed", SqlDbType.BigInt, sum.AssumedCost.RestNanoUsd);
    }

    private static void BindTokens(Row row, TokenCounts tokens)
    {
        row.Add("@input", SqlDbType.BigInt, tokens.Input);
        row.Add("@output", SqlDbType.BigInt, tokens.Output);
        row.Add("@cacheRead", SqlDbType.BigInt, tokens.CacheRead);
        row.Add("@cacheWrite", SqlDbType.BigInt, tokens.CacheWrite);
    }

    private static SqlCommand Single(string text, Action<Row> bind)
    {
        var command = new SqlCommand(text);
        bind(new Row(command, ""));
        return command;
    }

    private static SqlCommand Repeat<T>(string statement, IReadOnlyCollection<T> items, Action<Row, T> bind) =>
        Repeat("", items, statement, ";\n", ";", bind);

    /// <summary>Repeats a text for each item, with the item's number at the end of every parameter's name.</summary>
    private static SqlCommand Repeat<T>(string start, IReadOnlyCollection<T> items, string text, string separator, string end, Action<Row, T> bind)
    {
        var command = new SqlCommand();
        var repeated = items.Select((item, i) =>
        {
            var number = i.ToString(CultureInfo.InvariantCulture);
            bind(new Row(command, number), item);
            return ParameterName.Replace(text, name => name.Value + number);
        });
#pragma warning disable CA2100 // Constants of this namespace, and numbers.
        command.CommandText = start + string.Join(separator, repeated) + end;
#pragma warning restore CA2100
        return command;
    }

    // Begins in lower case, unlike @@ROWCOUNT.
    [GeneratedRegex("@[a-z][A-Za-z]*")]
    private static partial Regex ParameterName { get; }

    /// <summary>Adds the parameters of one item.</summary>
    private readonly struct Row(SqlCommand command, string number)
    {
        public void Add(string name, SqlDbType type, object? value, int size = 0) =>
            command.Parameters.Add(new SqlParameter(name + number, type, size) { Value = value ?? DBNull.Value });
    }
}
