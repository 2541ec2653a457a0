using System.Globalization;
using Entourage.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger.SqlServer;

/// <content>Advances the numbers of a restored database.</content>
internal static partial class SqlServerStatements
{
    private const string FromValidKeys = "FROM ApiKeys k WHERE k.RevokedAt IS NULL AND (k.ExpiresAt IS NULL OR k.ExpiresAt > @now)";

    /// <summary>The tables with an identity column.</summary>
    internal static readonly IReadOnlyList<string> NumberedTables =
    [
        "Alerts", "ApiKeys", "AuditEntries", "BudgetRules", "Events", "HumanRequests", "Prices", "Sessions", "Tasks", "UsageRecords", "WebhookDeliveries", "Webhooks",
    ];

    /// <summary>Selects the greatest number that the database has issued, including versions, which entity tags show.</summary>
    public static SqlCommand SelectGreatestNumber() => Single(
        "SELECT MAX(numbers.n) FROM (SELECT MAX(t.Version) AS n FROM Teams t UNION ALL SELECT MAX(o.Version) FROM Organisations o"
            + string.Concat(NumberedTables.Select(table => $" UNION ALL SELECT CAST(IDENT_CURRENT(N'{table}') AS bigint)")) + ") AS numbers",
        _ => { });

    /// <summary>Continues all identities after a number, and sets all versions to it.</summary>
    public static SqlCommand MoveNumbers(long start) => Single(
        string.Concat(NumberedTables.Select(table =>
            string.Create(CultureInfo.InvariantCulture, $"DBCC CHECKIDENT (N'{table}', RESEED, {start}) WITH NO_INFOMSGS; ")))
            + "UPDATE Teams SET Version = @start; UPDATE Organisations SET Version = @start; UPDATE KeyRevisions SET Number = Number + 1",
        parameters => parameters.BindInt64("@start", start));

    public static SqlCommand CountValidKeys(DateTimeOffset now) => Single(
        "SELECT COUNT_BIG(*) " + FromValidKeys, parameters => parameters.BindInstant("@now", now));

    /// <summary>Selects the names of the newest valid keys.</summary>
    public static SqlCommand SelectValidKeys(DateTimeOffset now) => Single(
        string.Create(CultureInfo.InvariantCulture, $"SELECT TOP ({MovedNumbers.NamedKeys}) k.Name {FromValidKeys} ORDER BY k.Sequence DESC"),
        parameters => parameters.BindInstant("@now", now));
}
