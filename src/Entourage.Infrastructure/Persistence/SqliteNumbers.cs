using Microsoft.Data.Sqlite;

namespace Entourage.Infrastructure.Persistence;

/// <summary>Advances the sequences and versions of an SQLite store, with any schema that ever existed.</summary>
internal static class SqliteNumbers
{
    private const string KeysTable = "ApiKeys";

    // sqlite_sequence lacks tables that have never had a row.
    private const string MoveSequences =
        "UPDATE sqlite_sequence SET seq = @start; INSERT INTO sqlite_sequence (name, seq) SELECT name, @start FROM sqlite_master "
        + "WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)";

    private const string MoveVersions = "UPDATE Teams SET Version = @start; UPDATE Organisations SET Version = @start";

    private const string SelectGreatest =
        "SELECT MAX(n) FROM (SELECT MAX(seq) AS n FROM sqlite_sequence UNION ALL SELECT MAX(Version) FROM Teams UNION ALL SELECT MAX(Version) FROM Organisations)";

    private const string SelectRevoked = "SELECT Id, RevokedAt FROM ApiKeys WHERE RevokedAt IS NOT NULL";

    private const string SelectRevocations = "SELECT * FROM AuditEntries WHERE Action = 'KeyRevoked' ORDER BY Sequence";

    private const string Revoke = "UPDATE ApiKeys SET RevokedAt = @at WHERE Id = @id AND RevokedAt IS NULL RETURNING Name";

    private const string FromValidKeys = "FROM ApiKeys WHERE RevokedAt IS NULL AND (ExpiresAt IS NULL OR ExpiresAt > @now)";

    /// <summary>Advances the numbers of a store in one transaction.</summary>
    /// <param name="store">The store, which no other process uses.</param>
    /// <param name="replaced">The file that the store replaces, if any. It shows how far the numbers came and which keys were revoked.</param>
    /// <param name="now">The current time (UTC).</param>
    /// <exception cref="IOException">No room is left for numbers.</exception>
    public static MovedNumbers Move(SqliteConnection store, string? replaced, DateTimeOffset now)
    {
        var greatest = replaced is null ? null : TryRead<long?>(replaced, store => ReadGreatest(store));
        var lost = replaced is null ? null : TryRead(replaced, ReadRevoked);
        using var transaction = store.BeginTransaction();
        var start = RestoredNumbers.StartAfter(Math.Max(ReadGreatest(store), greatest ?? 0), now);
        Execute(store, MoveSequences, ("@start", start));
        Execute(store, MoveVersions, ("@start", start));
        var moved = new MovedNumbers(start, [], lost is not null, 0, []);
        if (Scalar(store, $"SELECT COUNT(*) FROM sqlite_master WHERE name = '{KeysTable}'") is 1L)
        {
            var revoked = lost is null ? [] : RevokeAgain(store, lost);
            Execute(store, "UPDATE KeyRevisions SET Number = Number + 1");
            (string, object) present = ("@now", now.UtcTicks);
            moved = moved with
            {
                Revoked = revoked,
                ActiveKeys = (long)Scalar(store, $"SELECT COUNT(*) {FromValidKeys}", present)!,
                NewestKeys = Names(store, $"SELECT Name {FromValidKeys} ORDER BY Sequence DESC LIMIT {MovedNumbers.NamedKeys}", present),
            };
        }

        transaction.Commit();
        return moved;
    }

    private static long ReadGreatest(SqliteConnection store) => Scalar(store, SelectGreatest) as long? ?? 0;

    private static LostRevocations ReadRevoked(SqliteConnection store) => new(
        [.. Rows(store, SelectRevoked).Select(row => ((byte[])row["Id"], (long)row["RevokedAt"]))],
        Rows(store, SelectRevocations));

    /// <summary>Reads from the replaced store; null if it is damaged or has another schema.</summary>
    private static T? TryRead<T>(string file, Func<SqliteConnection, T> read)
    {
        try
        {
            using var store = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
            store.Open();
            return read(store);
        }
        catch (Exception exception) when (exception is SqliteException or InvalidCastException)
        {
            return default;
        }
    }

    /// <summary>Revokes the keys again that were revoked since the backup, and copies their audit entries.</summary>
    private static List<string> RevokeAgain(SqliteConnection store, LostRevocations lost)
    {
        var names = new List<string>();
        var columns = Names(store, "SELECT name FROM pragma_table_info('AuditEntries') WHERE name <> 'Sequence'");
        foreach (var (id, revokedAt) in lost.Revoked)
        {
            if (Names(store, Revoke, ("@id", id), ("@at", revokedAt)) is [var name])
            {
                names.Add(name);
                var subject = new Guid(id, bigEndian: true).ToString();
                foreach (var entry in lost.Revocations.Where(entry => entry["SubjectId"] as string == subject))
                {
                    // The replaced store may come from another version, so copy only the columns that both have.
                    var kept = columns.Where(entry.ContainsKey).ToArray();
                    Execute(
                        store,
                        $"INSERT INTO AuditEntries ({string.Join(", ", kept.Select(column => $"\"{column}\""))}) "
                            + $"VALUES ({string.Join(", ", kept.Select(column => $"@{column}"))})",
                        [.. kept.Select(column => ($"@{column}", entry[column]))]);
                }
            }
        }

        return names;
    }

    private static List<Dictionary<string, object>> Rows(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql, []);
        using var reader = command.ExecuteReader();
        var rows = new List<Dictionary<string, object>>();
        while (reader.Read())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, reader.GetValue));
        }

        return rows;
    }

    private static List<string> Names(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private static object? Scalar(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        return command.ExecuteScalar();
    }

    private static void Execute(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        using var command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this class, and names of columns that the store has.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    /// <summary>The revocations of the replaced store, which the backup may lack.</summary>
    /// <param name="Revoked">The ids of revoked keys, and when they were revoked (UTC ticks).</param>
    /// <param name="Revocations">The audit entries of the revocations, by column.</param>
    private sealed record LostRevocations(
        IReadOnlyList<(byte[] Id, long RevokedAt)> Revoked, IReadOnlyList<Dictionary<string, object>> Revocations);
}
