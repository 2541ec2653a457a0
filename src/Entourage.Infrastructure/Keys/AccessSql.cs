namespace Entourage.Infrastructure.Keys;

/// <summary>The statements of access control that every request runs, in words that both databases take.</summary>
internal static class AccessSql
{
    public const string SelectRevision = "SELECT Number FROM KeyRevisions WHERE Id = 1";
}
