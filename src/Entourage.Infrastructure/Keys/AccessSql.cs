namespace Entourage.Infrastructure.Keys;

/// <summary>The access control statements that every request runs. Both databases support them.</summary>
internal static class AccessSql
{
    public const string SelectRevision = "SELECT Number FROM KeyRevisions WHERE Id = 1";
}
