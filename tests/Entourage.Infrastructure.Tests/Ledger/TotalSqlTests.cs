using System.Globalization;
using CsCheck;
using Entourage.Domain;
using Entourage.Domain.Costs;
using Entourage.Infrastructure.Ledger.Sql;
using Microsoft.Data.Sqlite;

namespace Entourage.Infrastructure.Tests.Ledger;

/// <summary>SQL adds to totals exactly like the domain, however large they are.</summary>
internal sealed class TotalSqlTests
{
    private const string Columns =
        "InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens, UnpricedTokens, CostBillionUsd, CostNanoUsd, ImputedCostBillionUsd, ImputedCostNanoUsd, "
        + "AssumedCostBillionUsd, AssumedCostNanoUsd";

    private static readonly Gen<long> Tokens = Gen.OneOf(
        Gen.Long[0, TokenCounts.LargestInput], Gen.Long[0, TokenCounts.LargestTotal], Gen.Const(TokenCounts.LargestTotal));

    private static readonly Gen<MoneyTotal> Costs = Gen.OneOf(
        Gen.Long[0, 1_000_000_000_000_000].Select(nanos => new MoneyTotal(nanos)),
        Gen.Select(Gen.Long[-1_000, 1_000_000], Gen.Long).Select(MoneyTotal.Of));

    private static readonly Gen<UsageSum> Sums =
        from tokens in Tokens.Array[4]
        from unpriced in Gen.OneOf(Tokens, Tokens.Select(count => -count))
        from cost in Costs
        from imputed in Costs
        from assumed in Gen.OneOf(Costs, Costs.Select(cost => MoneyTotal.Zero - cost))
        select new UsageSum(new(tokens[0], tokens[1], tokens[2], tokens[3]), unpriced, cost, imputed, 0) { AssumedCost = assumed };

    private static readonly (string Name, Func<UsageSum, long> Of)[] Values =
    [
        ("@inputTokens", sum => sum.Tokens.Input), ("@outputTokens", sum => sum.Tokens.Output), ("@cacheReadTokens", sum => sum.Tokens.CacheRead),
        ("@cacheWriteTokens", sum => sum.Tokens.CacheWrite), ("@unpricedTokens", sum => sum.UnpricedTokens), ("@costBillionUsd", sum => sum.Cost.BillionUsd),
        ("@costNanoUsd", sum => sum.Cost.RestNanoUsd), ("@imputedCostBillionUsd", sum => sum.ImputedCost.BillionUsd), ("@imputedCostNanoUsd", sum => sum.ImputedCost.RestNanoUsd),
        ("@assumedCostBillionUsd", sum => sum.AssumedCost.BillionUsd), ("@assumedCostNanoUsd", sum => sum.AssumedCost.RestNanoUsd),
    ];

    [Test]
    public void SQL_totals_equal_the_totals_of_the_domain()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        Run($"CREATE TABLE T ({string.Join(", ", Columns.Split(", ").Select(column => $"{column} INTEGER NOT NULL"))})", default);

        Sums.Array[1, 12].Sample(
            sums =>
            {
                Run("DELETE FROM T", default);
                Run($"INSERT INTO T ({Columns}) VALUES ({string.Join(", ", Values.Select(value => value.Name))})", sums[0]);
                foreach (var sum in sums.Skip(1))
                {
                    Run($"UPDATE T SET {TotalSql.AddTokens}, {TotalSql.AddUnpriced}, {TotalSql.AddCosts}", sum);
                }

                return Read() == sums.Skip(1).Aggregate(sums[0], (total, sum) => total + sum);
            },
            iter: 2_000,
            threads: 1);

        void Run(string sql, UsageSum sum)
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of the tests.
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach (var (name, of) in Values)
            {
                command.Parameters.AddWithValue(name, of(sum));
            }

            command.ExecuteNonQuery();
        }

        UsageSum Read()
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of the tests.
            command.CommandText = $"SELECT {Columns}, {string.Join(" || ", Columns.Split(", ").Select(column => $"typeof({column})"))} FROM T";
#pragma warning restore CA2100
            using var reader = command.ExecuteReader();
            Assert.That(reader.Read());
            Assert.That(reader.GetString(11).Replace("integer", "", StringComparison.Ordinal), Is.Empty);
            return new(
                new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)),
                reader.GetInt64(4),
                MoneyTotal.Of(reader.GetInt64(5), reader.GetInt64(6)),
                MoneyTotal.Of(reader.GetInt64(7), reader.GetInt64(8)),
                0)
            { AssumedCost = MoneyTotal.Of(reader.GetInt64(9), reader.GetInt64(10)) };
        }
    }

    [Test]
    public void Bounds_in_SQL_equal_the_bounds_of_the_domain()
    {
        var number = MoneyTotal.NanosPerBillionUsd.ToString(CultureInfo.InvariantCulture);
        Assert.That(TokenCounts.LargestTotal, Is.EqualTo(MoneyTotal.NanosPerBillionUsd));
        Assert.That(new[] { TotalSql.AddCosts, TotalSql.AddTokens }, Has.All.Contains(number));
    }
}
