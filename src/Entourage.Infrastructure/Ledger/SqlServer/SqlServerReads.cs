using System.Text;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <summary>Several queries that are sent in one command.</summary>
internal sealed class SqlServerReads
{
    private readonly StringBuilder text = new();
    private readonly List<(ISqlServerText Query, Func<SqlDataReader, Task<object>> ReadAsync)> queries = [];

    public SqlCommand Command { get; } = new();

    /// <summary>Adds a query, unless there are no keys.</summary>
    public void Add<TKey, TRow>(SqlServerQuery<TKey, TRow> query, IReadOnlyCollection<TKey> keys)
        where TKey : notnull
    {
        if (keys.Count == 0)
        {
            return;
        }

        text.Append(query.Text).Append(";\n");
        query.Bind(Command.Parameters, keys);
        queries.Add((query, async reader => new SqlServerRows<TKey, TRow>(query.SetOf(keys), await query.ReadAllAsync(reader))));
    }

    /// <summary>Runs the command.</summary>
    /// <returns>The <see cref="SqlServerRows{TKey, TRow}"/> of each query.</returns>
    public async Task<IReadOnlyDictionary<ISqlServerText, object>> RunAsync()
    {
#pragma warning disable CA2100 // Constants of this namespace.
        Command.CommandText = text.ToString();
#pragma warning restore CA2100
        var results = new Dictionary<ISqlServerText, object>(queries.Count);
        if (queries.Count == 0)
        {
            return results;
        }

        await using var reader = await Command.ExecuteReaderAsync();
        foreach (var (query, readAsync) in queries)
        {
            results.Add(query, await readAsync(reader));
            await reader.NextResultAsync();
        }

        return results;
    }
}

/// <summary>The rows of some keys.</summary>
internal sealed class SqlServerRows<TKey, TRow>(HashSet<TKey> keys, List<TRow> rows)
    where TKey : notnull
{
    public IReadOnlyList<TRow> All => rows;

    /// <summary>The rows of some of the keys; null if other keys are asked for.</summary>
    public IReadOnlyList<TRow>? Find(SqlServerQuery<TKey, TRow> query, IReadOnlyCollection<TKey> asked)
    {
        if (!keys.IsSupersetOf(asked))
        {
            return null;
        }

        if (keys.Count == asked.Count)
        {
            return rows;
        }

        var wanted = query.SetOf(asked);
        return rows.FindAll(row => wanted.Contains(query.KeyOf(row)));
    }
}
