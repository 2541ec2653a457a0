using System.Data;
using System.Globalization;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger;

/// <content>Those that move numbers on after a restore.</content>
internal static partial class SqlServerStatements
{
    private const string InForce = "FROM ApiKeys k WHERE k.RevokedAt IS NULL AND (k.ExpiresAt IS NULL OR k.ExpiresAt > @now)";

    /// <summary>The tables whose rows the database numbers.</summary>
    internal static readonly IReadOnlyList<string> NumberedTables =
    [
        "Alerts", "ApiKeys", "AuditEntries", "Events", "HumanRequests", "Prices", "Sessions", "Tasks", "UsageRecords", "WebhookDeliveries", "Webhooks",
    ];

    /// <summary>The greatest number that the database handed out, and the greatest version of anything that has an entity tag.</summary>
    public static SqlCommand SelectGreatestNumber() => Single(
        "SELECT MAX(numbers.n) FROM (SELECT MAX(t.Version) AS n FROM Teams t UNION ALL SELECT MAX(o.Version) FROM Organisations o"
            + string.Concat(NumberedTables.Select(table => $" UNION ALL SELECT CAST(IDENT_CURRENT(N'{table}') AS bigint)")) + ") AS numbers",
        _ => { });

    /// <summary>Lets all identities go on after a number, and makes it the version of whatever has an entity tag.</summary>
    public static SqlCommand MoveNumbers(long start) => Single(
        string.Concat(NumberedTables.Select(table =>
            string.Create(CultureInfo.InvariantCulture, $"DBCC CHECKIDENT (N'{table}', RESEED, {start}) WITH NO_INFOMSGS; ")))
            + "UPDATE Teams SET Version = @start; UPDATE Organisations SET Version = @start; UPDATE KeyRevisions SET Number = Number + 1",
        row => row.Add("@start", SqlDbType.BigInt, start));

    public static SqlCommand CountKeysInForce(DateTimeOffset now) => Single(
        "SELECT COUNT_BIG(*) " + InForce, row => row.Add("@now", SqlDbType.DateTimeOffset, now));

    /// <summary>The names of the newest keys in force.</summary>
    public static SqlCommand SelectKeysInForce(DateTimeOffset now) => Single(
        string.Create(CultureInfo.InvariantCulture, $"SELECT TOP ({MovedNumbers.NamedKeys}) k.Name {InForce} ORDER BY k.Sequence DESC"),
        row => row.Add("@now", SqlDbType.DateTimeOffset, now));
}
