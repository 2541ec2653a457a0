namespace Entourage.Infrastructure.Tests.Persistence;

/// <summary>SQL that inserts rows without going through the entities, to test the constraints of the file.</summary>
internal static class RawInserts
{
    private static readonly byte[] OrganisationId = [.. Enumerable.Repeat((byte)1, 16)];
    private static readonly byte[] TeamId = [.. Enumerable.Repeat((byte)2, 16)];
    private static readonly byte[] AgentId = [.. Enumerable.Repeat((byte)3, 16)];

    public static FormattableString Organisation =>
        $"INSERT INTO Organisations (Id, Name, Slug, CreatedAt, Version) VALUES ({OrganisationId}, 'Acme', 'acme', 0, 0)";

    public static FormattableString Team =>
        $"""
         INSERT INTO Teams (Id, OrganisationId, Name, Slug, Timezone, CreatedAt, Version, ApplyGuidelineBudgets, Enforcement, OnExceed, UnpricedModels)
         VALUES ({TeamId}, {OrganisationId}, 'Core', 'core', 'UTC', 0, 0, 0, 'Hard', 0, 'Record')
         """;
}
