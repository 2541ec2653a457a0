using Entourage.Infrastructure.Keys;
using Microsoft.Data.SqlClient;

namespace Entourage.Infrastructure.Ledger;

/// <content>Those of access control.</content>
internal static partial class SqlServerStatements
{
    public static SqlCommand SelectKeyRevision() => Single(AccessSql.SelectRevision, _ => { });
}
